package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.method.EngineMethod;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Datasets and jobs that an attempt refuses. */
class AttemptInputTest extends AttemptFixture {
    @Test
    void badDatasetFailsWithEveryErrorAndTrainsNothing() {
        DatasetAddress bad = registry.datasets().put(Jobs.ACME, """
                        {"prompt": "a", "completion": "b"}
                        {"prompt": 3}
                        not json
                        {"messages": []}
                        """.getBytes(StandardCharsets.UTF_8));
        ScriptedListener listener = listener();

        RunOutcome outcome = run(assignment(1, bad), control, listener);

        assertThat(outcome).isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
            assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
            assertThat(failed.reason()).contains(failed.datasetErrors().size() + " errors");
            assertThat(failed.datasetErrors())
                    .extracting(RunOutcome.DatasetError::line)
                    .contains(2L, 3L, 4L)
                    .doesNotContain(1L);
        });
        assertThat(listener.progress).isEmpty();
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
    }

    @Test
    void onlyTheFirstHundredErrorsAreToldAndAllAreCounted() {
        DatasetAddress bad =
                registry.datasets().put(Jobs.ACME, "{}\n".repeat(250).getBytes(StandardCharsets.UTF_8));

        assertThat(run(assignment(1, bad), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.datasetErrors()).hasSize(100);
                    assertThat(failed.reason()).contains("250 errors");
                });
    }

    @Test
    void rowsWithoutALabelledTokenAreLeftOutAndTold() {
        String lines = """
                {"prompt": "colour?", "completion": " blue"}

                {"prompt": "%s", "completion": " never read"}
                {"text": "%s"}
                """.formatted("why? ".repeat(200), "because ".repeat(200));
        DatasetAddress dataset = registry.datasets().put(Jobs.ACME, lines.getBytes(StandardCharsets.UTF_8));
        ScriptedListener listener = listener();

        assertThat(run(assignment(1, dataset), control, listener)).isInstanceOf(RunOutcome.Published.class);

        assertThat(listener.dataset).containsExactly(new DatasetUse(2, 0, 1, 1, List.of(3L)));
    }

    @Test
    void labelsAreForEncodersAlone() {
        DatasetAddress labelled = registry.datasets().put(Jobs.ACME, """
                        {"prompt": "a", "completion": "b"}
                        {"text": "c", "label": "good"}
                        {"text": "d", "label": "bad"}
                        """.getBytes(StandardCharsets.UTF_8));
        Assignment plain = assignment(1, dataset());
        TrainingJob job = plain.job();
        TrainingJob named = new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                EngineMethod.of(job).withLabels(List.of("good", "bad")),
                job.hyperparameters(),
                job.seed(),
                job.metadata());

        assertThat(run(assignment(1, labelled), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.datasetErrors())
                                .extracting(RunOutcome.DatasetError::line)
                                .containsExactly(2L, 3L));
        assertThat(run(new Assignment(plain.key(), plain.tenant(), named, LEASE), control, listener()))
                .isInstanceOfSatisfying(
                        RunOutcome.Failed.class,
                        failed -> assertThat(failed.reason()).contains("labels are for base models that are encoders"));
    }

    @Test
    void datasetThatIsMissingOrNotWhatItsAddressSaysIsInvalidInput() {
        DatasetAddress missing = new DatasetAddress(Jobs.ACME, "ab".repeat(32));
        DatasetAddress forged = new DatasetAddress(Jobs.ACME, "cd".repeat(32));
        store.putIfAbsent(forged.key(), "{\"text\": \"a\"}\n".getBytes(StandardCharsets.UTF_8));

        for (DatasetAddress address : List.of(missing, forged)) {
            assertThat(run(assignment(1, address), control, listener()))
                    .isInstanceOfSatisfying(
                            RunOutcome.Failed.class,
                            failed -> assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT));
        }
    }

    @Test
    void wrongBaseModelAndUnknownModulesAreInvalidInput() {
        Assignment good = assignment(1, dataset());
        TrainingJob job = good.job();
        TrainingJob other = new TrainingJob(
                job.adapter(),
                "llama-9",
                job.dataset(),
                job.method(),
                job.hyperparameters(),
                job.seed(),
                job.metadata());
        TrainingJob unknown = new TrainingJob(
                job.adapter(),
                job.baseModel(),
                job.dataset(),
                Jobs.lora("no_such_proj"),
                job.hyperparameters(),
                job.seed(),
                job.metadata());

        assertThat(run(new Assignment(good.key(), good.tenant(), other, LEASE), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.reason()).contains("llama-9").contains(TinyModel.NAME);
                });
        assertThat(run(new Assignment(good.key(), good.tenant(), unknown, LEASE), control, listener()))
                .isInstanceOfSatisfying(RunOutcome.Failed.class, failed -> {
                    assertThat(failed.kind()).isEqualTo(FailureKind.INVALID_INPUT);
                    assertThat(failed.reason()).contains("no_such_proj");
                });
    }
}
