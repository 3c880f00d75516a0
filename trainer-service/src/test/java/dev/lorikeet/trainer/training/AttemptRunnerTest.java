package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** What an attempt makes, and what it makes of trouble on its way. */
class AttemptRunnerTest extends AttemptFixture {
    @Test
    void jobBecomesAVersionWithItsFigures() throws IOException {
        ScriptedListener listener = listener();

        RunOutcome outcome = run(assignment(1, dataset()), control, listener);

        assertThat(outcome).isInstanceOfSatisfying(RunOutcome.Published.class, published -> {
            Version version = registry.adapters().newest(Jobs.ACME, ADAPTER).orElseThrow();
            assertThat(version.number()).isEqualTo(1).isEqualTo(published.version());
            assertThat(version.revision()).isEqualTo(published.revision());
            assertThat(version.origin().job()).isEqualTo(new JobId("j-a"));
            assertThat(version.description().baseModel().name()).isEqualTo(TinyModel.NAME);
            assertThat(version.description().baseModel().digest()).isEqualTo(model.digest());
            assertThat(version.description().kind()).isEqualTo("LORA");
            assertThat(version.description().method()).isEqualTo("lora");
            assertThat(version.description().parameters()).isPositive();
            assertThat(version.description().metadata()).containsEntry("team", "support");
            assertThat(version.description().metrics())
                    .containsEntry("steps", 12.0)
                    .containsEntry("final_loss", published.finalLoss())
                    .containsKeys("tokens", "training_seconds", "eval_loss");
        });
        assertThat(listener.phases).containsExactly(Phase.values());
        assertThat(listener.resumedFrom).containsExactly(0);
        assertThat(listener.checkpoints).containsExactly(5, 10);
        assertThat(listener.progress)
                .extracting(TrainingProgress::step)
                .startsWith(1, 2)
                .endsWith(12);
        assertThat(listener.progress.getLast().loss())
                .isLessThan(listener.progress.getFirst().loss());
        assertThat(listener.progress.getLast().tokens()).isGreaterThan(100);
        assertThat(announced)
                .singleElement()
                .satisfies(state ->
                        assertThat(state.newest().orElseThrow().number()).isEqualTo(1));
        assertThat(registry.checkpoints().steps(Jobs.ACME, new JobId("j-a"))).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void attemptAtAPublishedJobReportsTheVersionAndTrainsNothing() {
        RunOutcome.Published before = published(run(assignment(1, dataset()), control, listener()));
        announced.clear();
        ScriptedListener listener = listener();

        assertThat(run(assignment(2, dataset()), control, listener)).isEqualTo(before);
        assertThat(listener.phases).isEmpty();
        assertThat(announced).hasSize(1);
    }

    @Test
    void storeThatAnswersLaterCostsNothingAndOneThatDoesNotIsTransient() {
        DatasetAddress dataset = dataset();
        store.fail(2);
        assertThat(run(assignment(1, dataset), control, listener())).isInstanceOf(RunOutcome.Published.class);

        store.fail(1000);
        assertThat(run(assignment("j-b", 1, dataset), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.TRANSIENT);
                    assertThat(failed.reason()).contains("does not answer");
                });
    }

    @Test
    void divergingRunIsToldApart() {
        Assignment good = assignment(1, dataset());
        TrainingJob job = good.job();
        TrainingJob.Hyperparameters from = job.hyperparameters();
        TrainingJob wild = new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                job.method(),
                new TrainingJob.Hyperparameters(
                        3,
                        40,
                        2,
                        1,
                        1e30,
                        TrainingJob.Schedule.CONSTANT,
                        0,
                        0,
                        0,
                        from.maxTokens(),
                        50,
                        1,
                        false,
                        false,
                        TrainingJob.Validation.NONE),
                job.seed(),
                job.metadata());

        assertThat(run(new Assignment(good.key(), good.tenant(), wild, LEASE), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.kind()).isEqualTo(FailureKind.DIVERGED));
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
    }

    @Test
    void whatAFormerLifeLeftIsRemoved() throws IOException {
        Files.createDirectories(scratch.resolve("attempt-j-x-1-old/checkpoint-5"));
        Files.writeString(scratch.resolve("attempt-j-x-1-old/checkpoint-5/file"), "x");
        Files.writeString(scratch.resolve("other"), "stays");

        Scratch cleaned = new Scratch(scratch);

        assertThat(cleaned).isNotNull();
        assertThat(scratch).isDirectoryNotContaining("glob:**attempt-*").isDirectoryContaining("glob:**other");
    }
}
