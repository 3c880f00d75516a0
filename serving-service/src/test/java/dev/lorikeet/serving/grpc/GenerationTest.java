package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.BadRequest;
import dev.lorikeet.proto.inference.v1.ChatMessage;
import dev.lorikeet.proto.inference.v1.Conversation;
import dev.lorikeet.proto.inference.v1.FinishReason;
import dev.lorikeet.proto.inference.v1.GenerateRequest;
import dev.lorikeet.proto.inference.v1.GenerateResponse;
import dev.lorikeet.proto.inference.v1.GenerateStreamResponse;
import dev.lorikeet.proto.inference.v1.Sampling;
import dev.lorikeet.serving.tiny.TinyAdapter;
import dev.lorikeet.serving.tiny.TinyModel;
import dev.lorikeet.tenancy.AdapterName;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is generated, whole and in pieces, and which requests are refused. */
@QuarkusTest
class GenerationTest extends ServiceFixture {
    private static final String UNKNOWN = "unknown";

    @Test
    void streamEqualsTheWholeAnswer() {
        TinyAdapter.publish(adapters, Surroundings.ACME, new AdapterName("stream"), base, 3);
        GenerateRequest request = prompt("stream", "hello there", 60);

        GenerateResponse whole = acme.generate(request);
        List<GenerateStreamResponse> pieces = new ArrayList<>();
        acme.generateStream(request).forEachRemaining(pieces::add);

        StringBuilder text = new StringBuilder();
        pieces.forEach(piece -> text.append(piece.getText()));
        GenerateStreamResponse last = pieces.getLast();
        assertThat(text.toString()).isEqualTo(whole.getText()).isNotEmpty();
        assertThat(pieces).hasSizeGreaterThan(2);
        assertThat(pieces.getFirst().getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getAdapter()).isEqualTo(whole.getAdapter());
        assertThat(last.getUsage()).isEqualTo(whole.getUsage());
        assertThat(last.getFinishReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
        assertThat(whole.getAdapter().getVersion()).isEqualTo(1);
        assertThat(whole.getAdapter().getRevision()).hasSize(64);
    }

    @Test
    void conversationIsAnsweredByTheBaseModelUnderItsName() {
        GenerateResponse answer = acme.generate(GenerateRequest.newBuilder()
                .setModel(TinyModel.NAME)
                .setConversation(Conversation.newBuilder()
                        .addMessages(ChatMessage.newBuilder().setRole("user").setContent("hello")))
                .setMaxTokens(5)
                .build());

        assertThat(answer.hasAdapter()).isFalse();
        assertThat(answer.getUsage().getCompletionTokens()).isBetween(1, 5);
    }

    @Test
    void badRequestNamesTheFieldAtFault() {
        Map<String, GenerateRequest> bad = Map.of(
                "model", prompt("..", "hi", 1),
                "input", GenerateRequest.newBuilder().build(),
                "max_tokens", prompt("", "hi", -1),
                "prompt", prompt("", "", 1),
                "stop[0]", prompt("", "hi", 1).toBuilder().addStop("").build(),
                "sampling.temperature", sampling(Sampling.newBuilder().setTemperature(Double.NaN)),
                "sampling.top_p", sampling(Sampling.newBuilder().setTopP(1.5)),
                "sampling.top_k", sampling(Sampling.newBuilder().setTopK(-1)),
                "sampling.repetition_penalty", sampling(Sampling.newBuilder().setRepetitionPenalty(0)),
                "conversation.messages[0].role",
                        GenerateRequest.newBuilder()
                                .setConversation(Conversation.newBuilder()
                                        .addMessages(ChatMessage.newBuilder().setRole("root")))
                                .build());

        bad.forEach((field, request) -> {
            StatusRuntimeException failure =
                    catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(request));
            assertThat(failure.getStatus().getCode()).as(field).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(violatedField(failure)).isEqualTo(field);
        });
    }

    private static GenerateRequest sampling(Sampling.Builder sampling) {
        return prompt("", "hi", 1).toBuilder().setSampling(sampling).build();
    }

    private static String violatedField(StatusRuntimeException failure) {
        com.google.rpc.Status status = StatusProto.fromThrowable(failure);
        try {
            for (var detail : status == null ? List.<Any>of() : status.getDetailsList()) {
                if (detail.is(BadRequest.class)) {
                    return detail.unpack(BadRequest.class).getFieldViolations(0).getField();
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return UNKNOWN;
    }
}
