package dev.lorikeet.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lorikeet.proto.inference.v1.Classification;
import dev.lorikeet.proto.inference.v1.ClassifyRequest;
import dev.lorikeet.proto.inference.v1.ClassifyResponse;
import dev.lorikeet.proto.inference.v1.EmbedRequest;
import dev.lorikeet.proto.inference.v1.EmbedResponse;
import dev.lorikeet.proto.inference.v1.EncoderInput;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc;
import dev.lorikeet.proto.inference.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import dev.lorikeet.proto.inference.v1.LabelScore;
import dev.lorikeet.proto.inference.v1.Pooling;
import dev.lorikeet.serving.tiny.TinyEncoder;
import dev.lorikeet.tenancy.AdapterName;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Labels and embeddings, and which requests for them are refused. */
@QuarkusTest
@TestProfile(EncoderSurroundings.Profile.class)
@SuppressWarnings("NullAway.Init") // connect fills the fields in
class EncodingTest extends ServiceFixture {
    private EncoderServiceBlockingStub acmeTexts;
    private EncoderServiceBlockingStub globexTexts;

    @BeforeEach
    void stubs() {
        acmeTexts = EncoderServiceGrpc.newBlockingStub(channel).withInterceptors(as(acmeKey));
        globexTexts = EncoderServiceGrpc.newBlockingStub(channel).withInterceptors(as(globexKey));
    }

    @Test
    void classifiersOfTwoTenantsAndTheBaseAnswerInOneBatchAsAlone() throws Exception {
        TinyEncoder.publish(adapters, Surroundings.ACME, new AdapterName("mood"), base, 1, "sad", "glad", "so-so");
        TinyEncoder.publish(adapters, Surroundings.GLOBEX, new AdapterName("topic"), base, 2, "art", "war");
        List<ClassifyRequest> requests = List.of(
                classify("mood", "what a day", "oh no"), classify("topic", "what a day"), classify("", "oh no"));
        List<EncoderServiceBlockingStub> stubs = List.of(acmeTexts, globexTexts, acmeTexts);
        List<ClassifyResponse> alone = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            alone.add(stubs.get(i).classify(requests.get(i)));
        }
        List<CompletableFuture<ClassifyResponse>> together = new ArrayList<>();
        for (int i = 0; i < 18; i++) {
            EncoderServiceBlockingStub stub = stubs.get(i % 3);
            ClassifyRequest request = requests.get(i % 3);
            together.add(CompletableFuture.supplyAsync(
                    () -> stub.classify(request), task -> Thread.ofVirtual().start(task)));
        }

        for (int i = 0; i < 18; i++) {
            assertSame(together.get(i).get(), alone.get(i % 3));
        }
        assertThat(labels(alone.get(0).getResults(0))).containsExactly("sad", "glad", "so-so");
        assertThat(labels(alone.get(1).getResults(0))).containsExactly("art", "war");
        assertThat(labels(alone.get(2).getResults(0))).isEqualTo(TinyEncoder.LABELS);
        assertThat(alone.get(0).getAdapter().getName()).isEqualTo("mood");
        assertThat(alone.get(2).hasAdapter()).isFalse();
        assertThat(alone.get(0).getUsage().getPromptTokens()).isEqualTo(15);
        Classification first = alone.get(0).getResults(0);
        assertThat(first.getScoresList().stream()
                        .filter(score -> score.getLabel().equals(first.getLabel()))
                        .findFirst()
                        .orElseThrow()
                        .getProbability())
                .isEqualTo(first.getScoresList().stream()
                        .mapToDouble(LabelScore::getProbability)
                        .max()
                        .orElseThrow());
    }

    private static void assertSame(ClassifyResponse actual, ClassifyResponse expected) {
        assertThat(actual.getUsage()).isEqualTo(expected.getUsage());
        assertThat(actual.getAdapter()).isEqualTo(expected.getAdapter());
        assertThat(actual.getResultsCount()).isEqualTo(expected.getResultsCount());
        for (int i = 0; i < expected.getResultsCount(); i++) {
            assertThat(labels(actual.getResults(i))).isEqualTo(labels(expected.getResults(i)));
            for (int label = 0; label < expected.getResults(i).getScoresCount(); label++) {
                assertThat(actual.getResults(i).getScores(label).getProbability())
                        .isCloseTo(expected.getResults(i).getScores(label).getProbability(), within(1e-4));
            }
        }
    }

    @Test
    void embeddingsAreVectorsOfTheModelsWidth() {
        EmbedRequest request = EmbedRequest.newBuilder()
                .addInputs(EncoderInput.newBuilder().setText("hello").setTextPair("there"))
                .addInputs(EncoderInput.newBuilder().setText("hello"))
                .build();

        EmbedResponse mean = acmeTexts.embed(request);
        EmbedResponse first = acmeTexts.embed(
                request.toBuilder().setPooling(Pooling.POOLING_FIRST).build());
        EmbedResponse unit = acmeTexts.embed(request.toBuilder()
                .setPooling(Pooling.POOLING_MEAN)
                .setNormalize(true)
                .build());

        assertThat(mean.getEmbeddingsList())
                .hasSize(2)
                .allMatch(embedding -> embedding.getValuesCount() == TinyEncoder.HIDDEN);
        assertThat(mean.getUsage().getPromptTokens()).isEqualTo(15);
        assertThat(first.getEmbeddings(0)).isNotEqualTo(mean.getEmbeddings(0));
        double squares = 0;
        for (float value : unit.getEmbeddings(0).getValuesList()) {
            squares += value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
    }

    @Test
    void badRequestNamesTheFieldAtFault() {
        Map<String, ClassifyRequest> bad = Map.of(
                "model", classify("..", "hi"),
                "inputs", classify(""),
                "inputs[1].text", classify("", "hi", ""),
                "inputs[0].text_pair",
                        ClassifyRequest.newBuilder()
                                .addInputs(
                                        EncoderInput.newBuilder().setText("hi").setTextPair(""))
                                .build(),
                "inputs[0]", classify("", "x".repeat(TinyEncoder.CONTEXT + 1)));

        bad.forEach((field, request) -> {
            StatusRuntimeException failure =
                    catchThrowableOfType(StatusRuntimeException.class, () -> acmeTexts.classify(request));
            assertThat(failure.getStatus().getCode()).as(field).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(violatedField(failure)).isEqualTo(field);
        });
        StatusRuntimeException pooling = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> acmeTexts.embed(EmbedRequest.newBuilder()
                        .addInputs(EncoderInput.newBuilder().setText("hi"))
                        .setPoolingValue(9)
                        .build()));
        assertThat(violatedField(pooling)).isEqualTo("pooling");
    }

    @Test
    void anEncoderGeneratesNoText() {
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> acme.generate(prompt("", "hello", 3)));

        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
        assertThat(failure).hasMessageContaining("base model 'tiny-bert' is a bert, an encoder");
        assertThat(failure(() -> acme.generateStream(prompt("", "hello", 3)).next()))
                .isEqualTo(Status.Code.FAILED_PRECONDITION);
    }

    @Test
    void tenantReachesOnlyItsOwnClassifiersAndStrangersNone() {
        TinyEncoder.publish(adapters, Surroundings.ACME, new AdapterName("secret"), base, 4, "a", "b");

        assertThat(failure(() -> globexTexts.classify(classify("secret", "hi"))))
                .isEqualTo(Status.Code.NOT_FOUND);
        assertThat(failure(() -> EncoderServiceGrpc.newBlockingStub(channel).classify(classify("", "hi"))))
                .isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(acmeTexts.classify(classify("secret", "hi")).getAdapter().getName())
                .isEqualTo("secret");
    }

    @Test
    void cancelledAndLateCallsFreeWhatTheyHold() throws Exception {
        TinyEncoder.publish(adapters, Surroundings.ACME, new AdapterName("held"), base, 3, "a", "b");
        ClassifyRequest large = classify(
                "held", Collections.nCopies(200, "a text of some length").toArray(String[]::new));
        List<Future<ClassifyResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            calls.add(EncoderServiceGrpc.newFutureStub(channel)
                    .withInterceptors(as(acmeKey))
                    .classify(large));
        }
        calls.forEach(call -> call.cancel(true));
        assertThat(failure(() ->
                        acmeTexts.withDeadlineAfter(1, TimeUnit.MILLISECONDS).classify(large)))
                .isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        eventually(() -> core.calls() == 0 && pool.leases() == 0);
        assertThat(globexTexts.classify(classify("", "hi")).getResultsCount()).isEqualTo(1);
    }

    private static List<String> labels(Classification classification) {
        return classification.getScoresList().stream().map(LabelScore::getLabel).toList();
    }

    private static ClassifyRequest classify(String model, String... texts) {
        return ClassifyRequest.newBuilder()
                .setModel(model)
                .addAllInputs(Arrays.stream(texts)
                        .map(text -> EncoderInput.newBuilder().setText(text).build())
                        .toList())
                .build();
    }
}
