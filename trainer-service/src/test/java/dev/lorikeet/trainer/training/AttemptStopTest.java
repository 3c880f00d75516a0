package dev.lorikeet.trainer.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.registry.store.Listing;
import dev.lorikeet.trainer.attempt.Jobs;
import dev.lorikeet.trainer.attempt.Phase;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.StopReason;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Attempts that are told to stop, or lose their lease, before or while they publish. */
class AttemptStopTest extends AttemptFixture {
    @Test
    void cancelledRunPublishesNothing() throws IOException {
        ScriptedListener listener = new ScriptedListener(
                step -> {
                    if (step == 3) {
                        control.stop(StopReason.CANCELLED);
                    }
                },
                phase -> {});

        assertThat(run(assignment(1, dataset()), control, listener))
                .isEqualTo(new RunOutcome.Stopped(StopReason.CANCELLED, 0));
        assertThat(listener.progress).hasSize(3);
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void leaseThatRunsOutAtTheLastMomentPublishesNothing() {
        ScriptedListener listener = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                now.set(LEASE);
            }
        });

        assertThat(run(assignment(1, dataset()), control, listener))
                .isInstanceOfSatisfying(
                        RunOutcome.Stopped.class,
                        stopped -> assertThat(stopped.reason()).isEqualTo(StopReason.LEASE_EXPIRED));
        assertThat(registry.adapters().newest(Jobs.ACME, ADAPTER)).isEmpty();
        assertThat(Listing.all(store, "tenants/acme/adapters/")).isEmpty();
    }

    @Test
    void preemptionWhilePublishingComesTooLate() {
        ScriptedListener listener = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                control.stop(StopReason.PREEMPTED);
            }
        });

        assertThat(run(assignment(1, dataset()), control, listener)).isInstanceOf(RunOutcome.Published.class);
    }

    @Test
    void zombieAndItsSuccessorMakeOneVersion() throws ExecutionException, InterruptedException {
        CountDownLatch atTheDoor = new CountDownLatch(1);
        CountDownLatch open = new CountDownLatch(1);
        ScriptedListener held = new ScriptedListener(step -> {}, phase -> {
            if (phase == Phase.PUBLISHING) {
                atTheDoor.countDown();
                await(open);
            }
        });
        CompletableFuture<RunOutcome> zombie =
                CompletableFuture.supplyAsync(() -> run(assignment(1, dataset()), control(), held));
        atTheDoor.await();

        RunOutcome.Published second = published(run(assignment(2, dataset()), control, listener()));
        open.countDown();
        RunOutcome.Published first = published(zombie.get());

        assertThat(first.version()).isEqualTo(1).isEqualTo(second.version());
        assertThat(first.revision()).isEqualTo(second.revision());
        assertThat(registry.adapters().versions(Jobs.ACME, ADAPTER)).hasSize(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
