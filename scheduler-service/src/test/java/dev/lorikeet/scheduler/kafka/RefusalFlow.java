package dev.lorikeet.scheduler.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.Violation;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What is refused, and how tenants hear of it. */
abstract class RefusalFlow extends FlowFixture {
    @Test
    void badRequestIsRejectedWithEverythingThatIsWrong() {
        tenants.publish("acme", """
                {"adapter":"Bad_Name","idempotencyKey":"bad-1","baseModel":"gpt-9","sede":1,"priority":1000,
                 "method":{"lora":{"rank":-1,"ranc":3}},"hyperparameters":{"learningRate":7}}""");

        assertThat(rejection("bad-1"))
                .extracting(v -> v.getCode() + " " + v.getField())
                .containsExactlyInAnyOrder(
                        "UNKNOWN_FIELD sede",
                        "UNKNOWN_FIELD method.lora.ranc",
                        "INVALID_NAME adapter",
                        "UNKNOWN_BASE_MODEL base_model",
                        "REQUIRED dataset",
                        "OUT_OF_RANGE method.lora.rank",
                        "OUT_OF_RANGE hyperparameters.learning_rate",
                        "OUT_OF_RANGE priority");
    }

    @Test
    void unreadableMessageIsADeadLetterWithItsOriginAndARejection() {
        tenants.publish("acme", "{no json");

        DeadLetter letter = tenants.awaitLetter(l -> l.getValue().toStringUtf8().equals("{no json"));

        assertThat(letter.getCode()).isEqualTo("UNREADABLE");
        assertThat(letter.getTopic()).isEqualTo(Topics.REQUESTS);
        assertThat(letter.getKey().toStringUtf8()).isEqualTo("acme");
        TrainingEvent rejected = tenants.await(event -> event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("UNREADABLE"));
        assertThat(rejected.getTenant()).isEqualTo("acme");
    }

    @Test
    void requestLargerThanWhatIsReadIsRejectedWithItsSizeAndTheWayOut() {
        tenants.publish("acme", inline("x".repeat(5 * 1024 * 1024), "large-1"));

        DeadLetter letter = tenants.awaitLetter(l -> l.getCode().equals("TOO_LARGE"));
        TrainingEvent rejected = tenants.await(event -> event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("TOO_LARGE"));

        assertThat(letter.getValue().size()).isEqualTo(64 * 1024);
        assertThat(letter.getTopic()).isEqualTo(Topics.REQUESTS);
        assertThat(rejected.getTenant()).isEqualTo("acme");
        assertThat(rejected.getRejected().getViolations(0).getReason())
                .containsPattern("has 52[0-9]{5} bytes")
                .contains("dataset_uri");
    }

    @Test
    void refusalOfGiganticNamesFitsIntoARecordAndStopsNobody() {
        // Six bytes each in the JSON of an event.
        String gigantic = "<".repeat(900 * 1024);
        tenants.publish("acme", inline(gigantic, "gigantic-1"));
        tenants.publish("acme", "{\"" + gigantic + "\":1,\"adapter\":\"a\",\"idempotencyKey\":\"gigantic-2\"}");
        tenants.publish("acme", gigantic);
        tenants.publish("acme", inline("after", "after-1"));

        assertThat(rejection("gigantic-1")).extracting(Violation::getCode).contains("INVALID_NAME");
        assertThat(rejection("gigantic-2")).extracting(Violation::getCode).contains("UNKNOWN_FIELD");
        assertThat(end("after-1").hasSucceeded()).isTrue();
    }

    @Test
    void messageThatNobodyVouchesForIsADeadLetterAndNothingElse() {
        tenants.publish("stranger", inline("strange", "strange-1"));

        DeadLetter letter = tenants.awaitLetter(l -> l.getCode().equals("UNAUTHENTICATED"));

        assertThat(letter.getValue().toStringUtf8()).contains("strange-1");
        assertThat(tenants.events()).noneMatch(event -> event.getTenant().equals("stranger"));
    }

    @Test
    void datasetsOfOthersAreForbiddenAndMissingOnesNotFound() {
        DatasetAddress others = registry.datasets()
                .put(new TenantId("other"), "{\"text\":\"secret\"}\n".getBytes(StandardCharsets.UTF_8));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-1","datasetUri":"%s"}""".formatted(others.uri("lorikeet")));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-2","datasetUri":"%s"}""".formatted(others.relative()));
        tenants.publish("acme", """
                {"adapter":"thief","idempotencyKey":"thief-3","datasetUri":"datasets/../../other/%s.jsonl"}""".formatted(others.sha256()));

        assertThat(rejection("thief-1")).extracting(Violation::getCode).containsExactly("FORBIDDEN");
        assertThat(rejection("thief-2")).extracting(Violation::getCode).containsExactly("NOT_FOUND");
        assertThat(rejection("thief-3")).extracting(Violation::getCode).containsExactly("INVALID_VALUE");
    }
}
