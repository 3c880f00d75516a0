package dev.lorikeet.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.Order;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TrainerLoopTest {
    private static final Identity ME = new Identity("trainer-1", "life-1");
    private static final AttemptKey ATTEMPT = new AttemptKey(new JobId("j-a"), 1);
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final RecordedReports reports = new RecordedReports();
    private final AtomicReference<Duration> now = new AtomicReference<>(Duration.ZERO);

    @Test
    void runThatEndsIsReported() throws InterruptedException {
        RunOutcome.Published published = new RunOutcome.Published(1, "ab", 3, 0.5, 1);
        TrainerLoop loop = loop((assignment, control, listener) -> {
            listener.started(0, DatasetUse.whole(8));
            listener.progress(new TrainingProgress(
                    1,
                    3,
                    new TrainingProgress.Measures(1, 1, 1, Optional.empty()),
                    10,
                    new TrainingProgress.Pace(1, 1),
                    Map.of()));
            return published;
        });

        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));

        assertThat(reports.next()).isEqualTo("started 0");
        assertThat(reports.next()).isEqualTo("progress 1");
        assertThat(reports.next()).isEqualTo(new Effect.End.Succeeded(published));
    }

    @Test
    void cancelledRunHearsOfItAndIsReported() throws InterruptedException {
        TrainerLoop loop = loop(TrainerLoopTest::untilStopped);
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        assertThat(reports.next()).isEqualTo("started 0");

        loop.obey(ME, new Order.Cancel(ATTEMPT));

        assertThat(reports.next()).isEqualTo(new Effect.End.Cancelled());
    }

    @Test
    void lostLeaseStopsTheRunAndSilencesItsProgress() throws InterruptedException {
        CountDownLatch silent = new CountDownLatch(1);
        TrainerLoop loop = loop((assignment, control, listener) -> {
            RunOutcome outcome = untilStopped(assignment, control, listener);
            listener.checkpointed(7);
            silent.countDown();
            return outcome;
        });
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        assertThat(reports.next()).isEqualTo("started 0");

        now.set(LEASE);

        assertThat(silent.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(reports.next())
                .isInstanceOfSatisfying(
                        Effect.End.Failed.class,
                        failed -> assertThat(failed.outcome().kind()).isEqualTo(FailureKind.LEASE_EXPIRED));
    }

    @Test
    void extendedLeaseKeepsTheRunGoing() throws InterruptedException {
        AtomicReference<RunControl> seen = new AtomicReference<>();
        TrainerLoop loop = loop((assignment, control, listener) -> {
            seen.set(control);
            return untilStopped(assignment, control, listener);
        });
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        reports.next();

        loop.obey(ME, new Order.Extend(ATTEMPT, LEASE.multipliedBy(10)));
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-b", 1, LEASE)));
        // The second assignment is given back, so the extension before it has been obeyed.
        assertThat(reports.next()).isEqualTo(new Effect.End.Preempted(0));
        now.set(LEASE.multipliedBy(2));

        assertThat(seen.get().stopReason()).isEmpty();
        loop.obey(ME, new Order.Cancel(ATTEMPT));
        assertThat(reports.next()).isEqualTo(new Effect.End.Cancelled());
    }

    @Test
    void bugInARunFailsItsAttemptOnly() throws InterruptedException {
        TrainerLoop loop = loop((assignment, control, listener) -> {
            throw new IllegalStateException("broken");
        });

        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        assertThat(reports.next()).isInstanceOfSatisfying(Effect.End.Failed.class, failed -> {
            assertThat(failed.outcome().kind()).isEqualTo(FailureKind.INTERNAL);
            assertThat(failed.outcome().reason()).contains("broken");
        });
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-b", 1, LEASE)));

        assertThat(reports.next()).isInstanceOf(Effect.End.Failed.class);
        assertThat(loop.alive()).isTrue();
    }

    @Test
    void shutdownGivesBackWhatRunsAndSaysSo() throws InterruptedException {
        TrainerLoop loop = loop(TrainerLoopTest::untilStopped);
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        reports.next();

        assertThat(loop.shutDown(Duration.ofSeconds(20))).isTrue();

        assertThat(reports.next()).isEqualTo("stopping");
        assertThat(reports.next()).isEqualTo(new Effect.End.Preempted(3));
    }

    @Test
    void shutdownHoldsEachAttemptUntilItIsGivenBack() throws InterruptedException {
        CountDownLatch lastCheckpoint = new CountDownLatch(1);
        TrainerLoop loop = loop(2, (assignment, control, listener) -> {
            RunOutcome outcome = untilStopped(assignment, control, listener);
            if (assignment.key().equals(ATTEMPT)) {
                await(lastCheckpoint);
            }
            return outcome;
        });
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-a", 1, LEASE)));
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-b", 1, LEASE)));
        assertThat(reports.next()).isEqualTo("started 0");
        assertThat(reports.next()).isEqualTo("started 0");

        assertThat(loop.shutDown(Duration.ZERO)).isFalse();

        assertThat(reports.next()).isEqualTo("stopping");
        // The other slot is free now; what comes for it all the same is given back.
        assertThat(reports.next()).isEqualTo(new Effect.End.Preempted(3));
        loop.obey(ME, new Order.Assign(Jobs.assignment("j-b", 2, LEASE)));
        assertThat(reports.next()).isEqualTo(new Effect.End.Preempted(0));
        assertThat(loop.held()).containsExactly(ATTEMPT);
        lastCheckpoint.countDown();
        assertThat(reports.next()).isEqualTo(new Effect.End.Preempted(3));
        assertThat(loop.shutDown(Duration.ofSeconds(20))).isTrue();
        assertThat(loop.held()).isEmpty();
    }

    private TrainerLoop loop(Runner runner) {
        return loop(1, runner);
    }

    private TrainerLoop loop(int slots, Runner runner) {
        TrainerLoop loop = new TrainerLoop(ME, slots, runner, reports, now::get);
        loop.start();
        return loop;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RunOutcome untilStopped(
            dev.lorikeet.trainer.attempt.Assignment assignment, RunControl control, RunListener listener) {
        listener.started(0, DatasetUse.whole(8));
        Optional<StopReason> reason = control.stopReason();
        while (reason.isEmpty()) {
            Thread.onSpinWait();
            reason = control.stopReason();
        }
        return new RunOutcome.Stopped(reason.get(), 3);
    }

    private static final class RecordedReports implements Reports {
        private final BlockingQueue<Object> seen = new LinkedBlockingQueue<>();

        Object next() throws InterruptedException {
            return seen.take();
        }

        @Override
        public void started(AttemptKey attempt, int resumedFromStep, DatasetUse dataset) {
            seen.add("started " + resumedFromStep);
        }

        @Override
        public void progress(AttemptKey attempt, TrainingProgress progress) {
            seen.add("progress " + progress.step());
        }

        @Override
        public void checkpointed(AttemptKey attempt, int step) {
            seen.add("checkpointed " + step);
        }

        @Override
        public void ended(AttemptKey attempt, Effect.End end) {
            seen.add(end);
        }

        @Override
        public void stopping() {
            seen.add("stopping");
        }
    }
}
