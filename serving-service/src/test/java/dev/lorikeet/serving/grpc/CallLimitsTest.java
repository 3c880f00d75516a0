package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.inference.v1.FinishReason;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.InferenceServiceGrpc;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls that are cancelled, too late, too many or not read. */
@QuarkusTest
class CallLimitsTest extends ServiceFixture {
    @Test
    void cancelledCallsFreeTheirSlots() throws Exception {
        List<Future<GenerateResponse>> unary = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            unary.add(InferenceServiceGrpc.newFutureStub(channel)
                    .withInterceptors(as(acmeKey))
                    .generate(prompt("", "hello", 240)));
        }
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> acme.generateStream(prompt("", "hello", 240)).next());
        unary.forEach(call -> call.cancel(true));
        context.cancel(null);

        eventually(() -> core.calls() == 0);
        assertThat(acme.generate(prompt("", "hello", 2)).getUsage().getCompletionTokens())
                .isEqualTo(2);
    }

    @Test
    void passedDeadlineIsTold() {
        assertThat(failure(
                        () -> acme.withDeadlineAfter(1, TimeUnit.MILLISECONDS).generate(prompt("", "hello", 240))))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void tooManyCallsOfOneTenantAreShedAndOthersGoOn() throws InterruptedException {
        Iterator<GenerateStreamResponse> admitted = acme.generateStream(prompt("", "hello", 60));
        assertThat(admitted.next().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_UNSPECIFIED);
        List<CompletableFuture<Status.Code>> calls = new ArrayList<>();
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            for (int i = 0; i < 60; i++) {
                calls.add(generateAsync(prompt("", "hello", 240)));
            }
        });
        assertThat(globex.generate(prompt("", "hi", 2)).getUsage().getCompletionTokens())
                .isEqualTo(2);
        eventually(() -> calls.stream().filter(CompletableFuture::isDone).count() >= 40);
        List<GenerateStreamResponse> rest = new ArrayList<>();
        admitted.forEachRemaining(rest::add);
        context.cancel(null);

        // What was admitted before the flood ends as if it had never come.
        assertThat(rest.getLast().getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(rest.getLast().getUsage().getCompletionTokens()).isEqualTo(60);
        List<Status.Code> codes = calls.stream().map(CompletableFuture::join).toList();
        assertThat(codes).contains(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(codes).isSubsetOf(Status.Code.RESOURCE_EXHAUSTED, Status.Code.CANCELLED, Status.Code.OK);
    }

    @Test
    void stalledReaderHoldsUpNobody() {
        Iterator<GenerateStreamResponse> stalled = acme.generateStream(prompt("", "hello", 240));
        stalled.next();

        for (int i = 0; i < 5; i++) {
            assertThat(acme.generate(prompt("", "hello", 10)).getUsage().getCompletionTokens())
                    .isEqualTo(10);
        }
        StringBuilder rest = new StringBuilder();
        stalled.forEachRemaining(piece -> rest.append(piece.getText()));
        assertThat(rest.toString()).isNotEmpty();
    }

    private CompletableFuture<Status.Code> generateAsync(GenerateRequest request) {
        CompletableFuture<Status.Code> code = new CompletableFuture<>();
        InferenceServiceGrpc.newStub(channel).withInterceptors(as(acmeKey)).generate(request, new StreamObserver<>() {
            @Override
            public void onNext(GenerateResponse answer) {
                // Its end is what counts.
            }

            @Override
            public void onError(Throwable failure) {
                code.complete(Status.fromThrowable(failure).getCode());
            }

            @Override
            public void onCompleted() {
                code.complete(Status.Code.OK);
            }
        });
        return code;
    }
}
