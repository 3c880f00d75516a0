package dev.lorikeet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.local.TestInfrastructure;
import dev.lorikeet.proto.trainer.v1.Cancellation;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.trainer.v1.TrainerReport.ReportCase;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.RunOutcome;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import dev.lorikeet.trainer.loop.RunControl;
import dev.lorikeet.trainer.loop.Runner;
import dev.lorikeet.trainer.loop.TrainerLoop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The loop over a real broker, with runs that train nothing. */
@Timeout(120)
class SchedulerLinkTest {
    private static final TestInfrastructure INFRASTRUCTURE = TestInfrastructure.start();

    private final ScriptedScheduler scheduler = new ScriptedScheduler(INFRASTRUCTURE.bootstrapServers());
    private final SchedulerLink link = new SchedulerLink(
            new KafkaSettings(
                    INFRASTRUCTURE.bootstrapServers(), Map.of(), true, Duration.ofMillis(200), Duration.ofMillis(100)),
            new Identity("trainer-1", "life-1"),
            new Capacity(1, List.of("tiny"), "cpu", 64),
            "lorikeet");

    @AfterAll
    static void stopBroker() {
        INFRASTRUCTURE.close();
    }

    @AfterEach
    void close() {
        link.close();
        scheduler.close();
    }

    @Test
    void trainerListensBeforeItSaysThatItIsReady() throws InterruptedException {
        // An order to this very life, but from before it: it must not be read.
        scheduler.send(assign("j-before", 1));
        open((assignment, control, listener) -> new RunOutcome.Published(1, "ab", 3, 0.5, 1));

        TrainerReport ready = scheduler.await(ReportCase.READY);
        scheduler.send(assign("j-a", 1));
        TrainerReport succeeded = scheduler.await(ReportCase.SUCCEEDED);

        assertThat(ready.getReady().getBaseModelsList()).containsExactly("tiny");
        assertThat(succeeded.getSucceeded().getAttempt().getJob()).isEqualTo("j-a");
        assertThat(succeeded.getSucceeded().getOutcome().getRevision()).isEqualTo("ab");
        assertThat(link.connected()).isTrue();
    }

    @Test
    void heartbeatsGoOnWhileARunHoldsItsThread() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        open((assignment, control, listener) -> {
            listener.started(0, DatasetUse.whole(8));
            await(end);
            return new RunOutcome.Published(1, "ab", 3, 0.5, 1);
        });
        scheduler.await(ReportCase.READY);
        scheduler.send(assign("j-a", 1));
        scheduler.await(ReportCase.STARTED);

        for (int i = 0; i < 3; i++) {
            TrainerReport heartbeat = scheduler.await(ReportCase.HEARTBEAT);
            assertThat(heartbeat.getHeartbeat().getRunningList())
                    .singleElement()
                    .satisfies(running -> assertThat(running.getJob()).isEqualTo("j-a"));
        }
        end.countDown();
        scheduler.await(ReportCase.SUCCEEDED);
        assertThat(scheduler.await(ReportCase.HEARTBEAT).getHeartbeat().getRunningList())
                .isEmpty();
    }

    @Test
    void unreadableOrdersAndOrdersToOthersDisturbNothing() throws InterruptedException {
        open(SchedulerLinkTest::untilStopped);
        scheduler.await(ReportCase.READY);

        scheduler.sendRaw("trainer-1", new byte[] {9, 9, 9});
        scheduler.send(assign("j-x", 1).toBuilder().setIncarnation("life-0").build());
        scheduler.send(assign("j-y", 1).toBuilder().setTrainer("trainer-2").build());
        scheduler.send(assign("j-a", 1));
        scheduler.await(ReportCase.STARTED);
        scheduler.send(Requests.command()
                .setCancel(Cancellation.newBuilder().setJob("j-a").setAttempt(1))
                .build());

        assertThat(scheduler
                        .await(ReportCase.CANCELLED)
                        .getCancelled()
                        .getAttempt()
                        .getJob())
                .isEqualTo("j-a");
        assertThat(scheduler.seen()).filteredOn(report -> report.hasStarted()).hasSize(1);
    }

    @Test
    void fastProgressIsThinnedButItsLastStepArrives() throws InterruptedException {
        open((assignment, control, listener) -> {
            listener.started(0, DatasetUse.whole(8));
            for (int step = 1; step <= 5000; step++) {
                listener.progress(new TrainingProgress(
                        step,
                        5000,
                        new TrainingProgress.Measures(1, 1, 1, Optional.empty()),
                        step,
                        new TrainingProgress.Pace(1, 1),
                        Map.of()));
            }
            return new RunOutcome.Published(1, "ab", 5000, 0.5, 1);
        });
        scheduler.await(ReportCase.READY);
        scheduler.send(assign("j-a", 1));
        scheduler.await(ReportCase.SUCCEEDED);

        List<TrainerReport> progress =
                scheduler.seen().stream().filter(TrainerReport::hasProgress).toList();
        assertThat(progress).hasSizeLessThan(500);
        assertThat(progress.getLast().getProgress().getProgress().getStep()).isEqualTo(5000);
    }

    private void open(Runner runner) throws InterruptedException {
        long zero = System.nanoTime();
        TrainerLoop loop = new TrainerLoop(
                new Identity("trainer-1", "life-1"),
                1,
                runner,
                link.reports(),
                () -> Duration.ofNanos(System.nanoTime() - zero));
        loop.start();
        link.open(order -> loop.obey(order.to(), order.order()), loop::held);
    }

    private static TrainerCommand assign(String job, int attempt) {
        return Requests.command()
                .setAssign(Requests.assignment(job, attempt, Requests.request("triage", "tiny", "ab".repeat(32))))
                .build();
    }

    private static RunOutcome untilStopped(
            dev.lorikeet.trainer.attempt.Assignment assignment,
            RunControl control,
            dev.lorikeet.trainer.loop.RunListener listener) {
        listener.started(0, DatasetUse.whole(8));
        while (control.stopReason().isEmpty()) {
            Thread.onSpinWait();
        }
        return new RunOutcome.Stopped(control.stopReason().orElseThrow(), 0);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
