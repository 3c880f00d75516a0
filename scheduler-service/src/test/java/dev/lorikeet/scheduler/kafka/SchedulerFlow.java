package dev.lorikeet.scheduler.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.TrainingEvent.FactCase;
import dev.lorikeet.proto.training.v1.Violation;
import dev.lorikeet.scheduler.kafka.ScriptedTrainer.Play;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What tenants and trainers see of a scheduler: what becomes of jobs here, what is refused above. */
abstract class SchedulerFlow extends RefusalFlow {
    @Test
    void requestBecomesAPublishedAdapterWithEveryEventInOrder() {
        tenants.publish("acme", inline("happy", "happy-1"));

        TrainingEvent end = end("happy-1");

        assertThat(facts(end.getJob()))
                .containsExactly(
                        FactCase.ACCEPTED,
                        FactCase.QUEUED,
                        FactCase.STARTED,
                        FactCase.PROGRESS,
                        FactCase.PROGRESS,
                        FactCase.PROGRESS,
                        FactCase.CHECKPOINTED,
                        FactCase.SUCCEEDED);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasProgress)
                .extracting(event -> event.getProgress().getRanksMap().get("q_proj"))
                .containsExactly(1, 2, 3);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasProgress)
                .extracting(event -> event.getProgress().getValidation().getStep())
                .containsExactly(1, 2, 3);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasProgress)
                .extracting(event -> event.getProgress().getValidation().getAccuracy())
                .containsOnly(0.75);
        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasStarted)
                .allSatisfy(event -> assertThat(event.getStarted().getDataset().getUnlabelledLinesList())
                        .containsExactly(3L));
        assertThat(tenants.eventsOf(end.getJob()))
                .extracting(TrainingEvent::getSequence)
                .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        assertThat(end.getSucceeded().getVersion()).isEqualTo(1);
        var resolved = tenants.eventsOf(end.getJob()).getFirst().getAccepted().getResolved();
        assertThat(resolved.getBaseModel()).isEqualTo(Fixture.BASE);
        assertThat(resolved.getMethod().getLora().getTargetModulesList()).containsExactly("all-linear");
        assertThat(resolved.getDatasetUri()).matches("datasets/[0-9a-f]{64}\\.jsonl");
        DatasetAddress stored = new DatasetAddress(
                ACME, tenants.eventsOf(end.getJob()).getFirst().getAccepted().getDatasetSha256());
        assertThat(registry.datasets().exists(stored)).isTrue();
    }

    @Test
    void transientFailureIsRetriedAndInvalidInputIsNot() {
        tenants.publish("acme", inline("retry", "retry-1"));
        tenants.publish("acme", inline("invalid", "invalid-1"));

        TrainingEvent retried = end("retry-1");
        TrainingEvent invalid = end("invalid-1");

        assertThat(retried.getSucceeded().getAttempt()).isEqualTo(2);
        assertThat(invalid.getFailed().getReason()).isEqualTo("as the script says");
        assertThat(trainer.assignments())
                .filteredOn(a -> a.getJob().equals(retried.getJob()))
                .extracting(Assignment::getAttempt)
                .containsExactly(1, 2);
    }

    @Test
    void jobWhoseLastAttemptPublishedAndDidNotSaySoHasSucceeded() {
        tenants.publish("acme", inline("ghost", "ghost-1"));
        tenants.publish("acme", inline("doomed", "doomed-1"));

        TrainingEvent rescued = end("ghost-1");
        TrainingEvent failed = end("doomed-1");

        assertThat(rescued.getSucceeded().getVersion()).isEqualTo(1);
        assertThat(rescued.getSucceeded().getAttempt()).isEqualTo(3);
        assertThat(rescued.getSucceeded().getSteps()).isEqualTo(30);
        assertThat(rescued.getSucceeded().getFinalLoss()).isEqualTo(0.25);
        assertThat(failed.getFailed().getReason()).isEqualTo("as the script says");
    }

    @Test
    void requestOnATenantsOwnTopicNeedsNoCredentialAndIsThatTenants() {
        tenants.publishOnOwnTopic("other", inline("own", "own-1"));

        TrainingEvent end = end("own-1");

        assertThat(end.hasSucceeded()).isTrue();
        assertThat(end.getTenant()).isEqualTo("other");
        assertThat(end.getJob())
                .isEqualTo(JobId.derive(new TenantId("other"), "own-1").value());
    }

    @Test
    void sameRequestAgainIsTheSameJobAndAnotherContentAConflict() {
        tenants.publish("acme", inline("same", "same-1"));
        TrainingEvent end = end("same-1");
        tenants.publish("acme", inline("same", "same-1"));
        tenants.publish("acme", inline("different", "same-1"));

        assertThat(rejection("same-1")).extracting(Violation::getCode).containsExactly("CONFLICT");

        assertThat(tenants.eventsOf(end.getJob()))
                .filteredOn(TrainingEvent::hasAccepted)
                .hasSize(2)
                .allMatch(event -> event.getSequence() == 1);
        assertThat(trainer.assignments())
                .filteredOn(a -> a.getJob().equals(end.getJob()))
                .hasSize(1);
    }

    @Test
    void runningJobIsCancelledOverKafkaByItsTenantAlone() {
        tenants.publish("acme", inline("hold-cancel", "cancel-1"));
        String job = tenants.await(event -> event.getIdempotencyKey().equals("cancel-1") && event.hasStarted())
                .getJob();

        tenants.cancel("other", job);
        tenants.await(event -> event.getTenant().equals("other")
                && event.hasRejected()
                && event.getRejected().getViolations(0).getCode().equals("NOT_FOUND"));
        assertThat(facts(job)).doesNotContain(FactCase.CANCELLED);
        tenants.cancel("acme", job);

        assertThat(end("cancel-1").getCancelled().getBy()).isEqualTo("tenant");
    }

    @Test
    void requestsThatNeedTheAbsentStoreWaitWhileOthersGoOn() {
        DatasetAddress known = registry.datasets().put(ACME, "{\"text\":\"known\"}\n".getBytes(StandardCharsets.UTF_8));
        storeAway.set(true);
        try {
            tenants.publish("acme", inline("patient", "patient-1"));
            tenants.publish("acme", """
                    {"adapter":"prompt","idempotencyKey":"prompt-1","datasetUri":"%s"}""".formatted(known.relative()));

            assertThat(end("prompt-1").hasSucceeded()).isTrue();
            assertThat(tenants.events())
                    .noneMatch(event -> event.getIdempotencyKey().equals("patient-1"));
        } finally {
            storeAway.set(false);
        }

        assertThat(end("patient-1").hasSucceeded()).isTrue();
    }

    @Test
    void newLifeOfATrainerEndsTheAttemptsOfTheFormerOneAtOnce() {
        try (ScriptedTrainer first =
                new ScriptedTrainer("t2", backend.bootstrapServers(), Fixture.OTHER_BASE, 1, _ -> Play.HOLD)) {
            tenants.publish(
                    "acme", inline("lives", "lives-1").replace("{\"adapter\"", "{\"baseModel\":\"small\",\"adapter\""));
            tenants.awaitThat(() -> first.assignments().stream()
                    .anyMatch(a -> a.getRequest().getAdapter().equals("lives")));
        }
        try (ScriptedTrainer second =
                new ScriptedTrainer("t2", backend.bootstrapServers(), Fixture.OTHER_BASE, 1, _ -> Play.SUCCEED)) {
            TrainingEvent end = end("lives-1");

            assertThat(end.getSucceeded().getAttempt()).isEqualTo(2);
            assertThat(second.assignments()).extracting(Assignment::getAttempt).contains(2);
        }
    }
}
