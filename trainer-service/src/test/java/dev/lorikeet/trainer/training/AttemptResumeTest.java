package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.loop.RunControl;
import org.junit.jupiter.api.Test;

/** Attempts that go on where an earlier one stopped. */
class AttemptResumeTest extends AttemptFixture {
    @Test
    void crashedRunResumesToTheSameBytesAsAnUninterruptedOne() {
        String uninterrupted = published(run(assignment("j-b", 1, dataset()), control, listener()))
                .revision();
        ScriptedListener crash = new ScriptedListener(
                step -> {
                    if (step == 8) {
                        throw new IllegalStateException("crash");
                    }
                },
                phase -> {});
        assertThatThrownBy(() -> run(assignment(1, dataset()), control, crash)).hasMessage("crash");
        ScriptedListener second = listener();

        RunOutcome.Published resumed = published(run(assignment(2, dataset()), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
        assertThat(second.progress.getFirst().step()).isEqualTo(6);
        assertThat(second.progress.getFirst().tokens())
                .isGreaterThan(crash.progress.get(4).tokens());
        assertThat(resumed.revision()).isEqualTo(uninterrupted);
        assertThat(resumed.steps()).isEqualTo(12);
    }

    @Test
    void preemptedRunGivesBackACheckpointOfItsLastStep() {
        String uninterrupted = published(run(assignment("j-b", 1, dataset()), control, listener()))
                .revision();
        RunControl preempted = control();
        ScriptedListener first = new ScriptedListener(
                step -> {
                    if (step == 7) {
                        preempted.stop(StopReason.PREEMPTED);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), preempted, first))
                .isEqualTo(new RunOutcome.Stopped(StopReason.PREEMPTED, 7));
        ScriptedListener second = listener();
        RunOutcome.Published resumed = published(run(assignment(2, dataset()), control, second));

        assertThat(first.checkpoints).containsExactly(5, 7);
        assertThat(second.resumedFrom).containsExactly(7);
        assertThat(resumed.revision()).isEqualTo(uninterrupted);
    }

    @Test
    void damagedCheckpointIsPassedOverForAnOlderOne() {
        RunControl preempted = control();
        run(
                assignment(1, dataset()),
                preempted,
                new ScriptedListener(
                        step -> {
                            if (step == 7) {
                                preempted.stop(StopReason.PREEMPTED);
                            }
                        },
                        phase -> {}));
        String files = "tenants/acme/jobs/j-a/checkpoints/7/files/";
        for (String key : Listing.all(store, files)) {
            store.delete(key);
            store.putIfAbsent(key, new byte[] {1});
        }
        ScriptedListener second = listener();

        published(run(assignment(2, dataset()), control, second));

        assertThat(second.resumedFrom).containsExactly(5);
    }

    @Test
    void checkpointThatCannotBeStoredDoesNotStopTraining() {
        ScriptedListener listener = new ScriptedListener(
                step -> {
                    if (step == 4) {
                        store.fail(2);
                    }
                    if (step == 6) {
                        store.fail(0);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), control, listener)).isInstanceOf(RunOutcome.Published.class);
        assertThat(listener.checkpoints).contains(10).doesNotContain(5);
    }
}
