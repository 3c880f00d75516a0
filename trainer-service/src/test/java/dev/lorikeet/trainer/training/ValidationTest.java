package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.data.EncodedExample;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingJob;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ValidationTest extends AttemptFixture {
    private static final int STEPS = 60;

    /** A rate so high that the loss over other examples soon rises. */
    private static Assignment assignment(String job, int attempt, DatasetAddress dataset, int patience) {
        Assignment plain = assignment(job, attempt, dataset);
        TrainingJob from = plain.job();
        return new Assignment(
                plain.key(),
                plain.tenant(),
                new TrainingJob(
                        from.adapter(),
                        from.baseModel(),
                        from.dataset(),
                        from.method(),
                        new TrainingJob.Hyperparameters(
                                0,
                                STEPS,
                                2,
                                1,
                                0.05,
                                TrainingJob.Schedule.CONSTANT,
                                0,
                                0.01,
                                1.0,
                                128,
                                5,
                                1,
                                false,
                                false,
                                new TrainingJob.Validation(0.25, 2, patience)),
                        from.seed(),
                        from.metadata()),
                plain.lease());
    }

    /** Examples that contradict each other: to know some by heart does not help with the others. */
    private DatasetAddress contradictions() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            lines.append("{\"prompt\": \"what is it?\", \"completion\": \" ")
                    .append(Integer.toString(7919 * (i + 1), 36).repeat(3))
                    .append("\"}\n");
        }
        return registry.datasets().put(Jobs.ACME, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void trainingEndsEarlyAndTheBestStepIsPublished() {
        ScriptedListener listener = listener();

        RunOutcome.Published published = published(run(assignment("j-a", 1, contradictions(), 3), control, listener));

        List<TrainingProgress.Validation> measured = listener.progress.stream()
                .flatMap(progress -> progress.measures().validation().stream())
                .distinct()
                .toList();
        TrainingProgress.Validation last = measured.getLast();
        assertThat(listener.dataset.getFirst().heldOut()).isEqualTo(2);
        assertThat(listener.dataset.getFirst().examples()).isEqualTo(6);
        assertThat(last.step()).isLessThan(STEPS).isEqualTo(last.bestStep() + 6).isEqualTo(published.steps());
        assertThat(last.bestLoss())
                .isEqualTo(measured.stream()
                        .mapToDouble(TrainingProgress.Validation::loss)
                        .min()
                        .orElseThrow());
        Version version = registry.adapters().newest(Jobs.ACME, ADAPTER).orElseThrow();
        assertThat(version.description().metrics())
                .containsEntry("validation_loss", last.bestLoss())
                .containsEntry("best_step", (double) last.bestStep());
    }

    @Test
    void attemptThatIsResumedAfterTheBestStepPublishesTheSameBytes() {
        ScriptedListener whole = listener();
        RunOutcome.Published uninterrupted =
                published(run(assignment("j-whole", 1, contradictions(), 3), control, whole));
        int best =
                whole.progress.getLast().measures().validation().orElseThrow().bestStep();
        int crashAt = 5 * (best / 5) + 6;
        ScriptedListener crash = new ScriptedListener(
                step -> {
                    if (step == crashAt) {
                        throw new IllegalStateException("crash");
                    }
                },
                phase -> {});

        if (crashAt <= uninterrupted.steps()) {
            assertThatThrownBy(() -> run(assignment("j-b", 1, contradictions(), 3), control, crash))
                    .hasMessage("crash");
        }
        ScriptedListener second = listener();
        RunOutcome.Published resumed = published(run(assignment("j-b", 2, contradictions(), 3), control, second));

        assertThat(resumed.revision()).isEqualTo(uninterrupted.revision());
        assertThat(resumed.steps()).isEqualTo(uninterrupted.steps());
        assertThat(second.resumedFrom.getFirst()).isPositive();
    }

    @Test
    void withoutPatienceEveryStepIsMadeAndStillTheBestOnePublished() {
        ScriptedListener listener = listener();

        RunOutcome.Published published = published(run(assignment("j-a", 1, contradictions(), 0), control, listener));

        Optional<TrainingProgress.Validation> last =
                listener.progress.getLast().measures().validation();
        assertThat(published.steps()).isEqualTo(STEPS);
        assertThat(last.orElseThrow().step()).isEqualTo(STEPS);
        assertThat(last.orElseThrow().bestStep()).isLessThan(STEPS);
    }

    @Test
    void sameSeedHoldsTheSameExamplesOut() {
        List<EncodedExample> all = IntStream.range(0, 10)
                .mapToObj(i -> new EncodedExample(new int[] {i, i}, new boolean[] {false, true}, false))
                .toList();

        Examples.Split once = Examples.split(all, 0.3, 7);

        assertThat(once.heldOut()).hasSize(3);
        List<EncodedExample> both = new ArrayList<>(once.train());
        both.addAll(once.heldOut());
        assertThat(both).containsExactlyInAnyOrderElementsOf(all);
        assertThat(Examples.split(all, 0.3, 7)).isEqualTo(once);
        assertThat(IntStream.range(0, 20)
                        .mapToObj(seed -> Examples.split(all, 0.3, seed).heldOut()))
                .anyMatch(heldOut -> !heldOut.equals(once.heldOut()));
        assertThat(Examples.split(all.subList(0, 2), 0.01, 7).heldOut()).hasSize(1);
    }
}
