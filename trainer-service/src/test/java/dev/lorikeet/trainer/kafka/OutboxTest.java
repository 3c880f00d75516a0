package dev.lorikeet.trainer.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.trainer.v1.TrainerReport.ReportCase;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.AttemptKey;
import dev.lorikeet.trainer.attempt.DatasetUse;
import dev.lorikeet.trainer.attempt.Effect;
import dev.lorikeet.trainer.attempt.Identity;
import dev.lorikeet.trainer.attempt.TrainingProgress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OutboxTest {
    private static final AttemptKey ATTEMPT = new AttemptKey(new JobId("j-a"), 2);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Outbox outbox = new Outbox(
            new Identity("trainer-1", "life-1"),
            new Capacity(1, List.of("tiny"), "cpu", 64),
            Duration.ofSeconds(1),
            () -> now);

    @Test
    void reportsLeaveInTheOrderTheyCameAndSayWhoAndWhen() throws InterruptedException {
        outbox.ready();
        outbox.started(ATTEMPT, 20, DatasetUse.whole(8));
        outbox.checkpointed(ATTEMPT, 40);
        outbox.ended(ATTEMPT, new Effect.End.Preempted(40));
        outbox.stopping();

        List<TrainerReport> reports = all();

        assertThat(reports)
                .extracting(TrainerReport::getReportCase)
                .containsExactly(
                        ReportCase.READY,
                        ReportCase.STARTED,
                        ReportCase.CHECKPOINTED,
                        ReportCase.PREEMPTED,
                        ReportCase.STOPPING);
        assertThat(reports).allSatisfy(report -> {
            assertThat(report.getTrainer()).isEqualTo("trainer-1");
            assertThat(report.getIncarnation()).isEqualTo("life-1");
            assertThat(report.getTime().getSeconds()).isEqualTo(now.getEpochSecond());
        });
        assertThat(reports.getFirst().getReady().getBaseModelsList()).containsExactly("tiny");
        assertThat(reports.get(1).getStarted().getResumedFromStep()).isEqualTo(20);
        assertThat(reports.get(3).getPreempted().getAttempt().getAttempt()).isEqualTo(2);
    }

    @Test
    void onlyTheNewestProgressLeavesAndNotTooSoon() throws InterruptedException {
        outbox.progress(ATTEMPT, progress(1));
        assertThat(outbox.take()).isNotNull().satisfies(report -> {
            assertThat(step(report)).isEqualTo(1);
            assertThat(report.getProgress().getProgress().getLoss()).isEqualTo(1.5);
            assertThat(report.getProgress().getProgress().getRanksMap()).containsEntry("q_proj", 3);
            assertThat(report.getProgress().getProgress().getValidation().getBestStep())
                    .isEqualTo(1);
            assertThat(report.getProgress().getProgress().getValidation().getAccuracy())
                    .isEqualTo(0.5);
        });
        outbox.progress(ATTEMPT, progress(2));
        outbox.progress(ATTEMPT, progress(3));
        outbox.heartbeat(() -> List.of(ATTEMPT));

        assertThat(outbox.take()).extracting(TrainerReport::getReportCase).isEqualTo(ReportCase.HEARTBEAT);
        now = now.plusSeconds(1);

        assertThat(step(outbox.take())).isEqualTo(3);
    }

    @Test
    void progressLeavesBeforeTheEndOfItsAttempt() throws InterruptedException {
        outbox.progress(ATTEMPT, progress(1));
        outbox.take();
        outbox.progress(ATTEMPT, progress(2));
        outbox.ended(ATTEMPT, new Effect.End.Cancelled());

        assertThat(all())
                .extracting(TrainerReport::getReportCase)
                .containsExactly(ReportCase.PROGRESS, ReportCase.CANCELLED);
    }

    @Test
    void heartbeatLeavesAfterWhatIsQueuedAndIsWrittenThen() throws InterruptedException {
        List<AttemptKey> held = new ArrayList<>(List.of(ATTEMPT));
        outbox.heartbeat(() -> List.copyOf(held));
        outbox.ended(ATTEMPT, new Effect.End.Cancelled());
        held.clear();

        List<TrainerReport> reports = all();

        assertThat(reports)
                .extracting(TrainerReport::getReportCase)
                .containsExactly(ReportCase.CANCELLED, ReportCase.HEARTBEAT);
        assertThat(reports.get(1).getHeartbeat().getRunningList()).isEmpty();
        assertThat(reports.get(1).getHeartbeat().getCapacity().getSlots()).isEqualTo(1);
    }

    @Test
    void heartbeatsBehindTheFarewellKeepTheLeasesAndOfferNoSlot() throws InterruptedException {
        outbox.heartbeat(() -> List.of(ATTEMPT));
        outbox.stopping();

        List<TrainerReport> reports = all();

        assertThat(reports)
                .extracting(TrainerReport::getReportCase)
                .containsExactly(ReportCase.STOPPING, ReportCase.HEARTBEAT);
        assertThat(reports.get(1).getHeartbeat().getRunningList()).hasSize(1);
        assertThat(reports.get(1).getHeartbeat().getCapacity().getSlots()).isZero();
        assertThat(reports.get(1).getHeartbeat().getCapacity().getBaseModelsList())
                .containsExactly("tiny");
    }

    private List<TrainerReport> all() throws InterruptedException {
        outbox.close();
        List<TrainerReport> reports = new ArrayList<>();
        @Nullable TrainerReport next = outbox.take();
        while (next != null) {
            reports.add(next);
            next = outbox.take();
        }
        return reports;
    }

    private static int step(@Nullable TrainerReport report) {
        return report == null ? -1 : report.getProgress().getProgress().getStep();
    }

    private static TrainingProgress progress(int step) {
        return new TrainingProgress(
                step,
                10,
                new TrainingProgress.Measures(
                        1.5,
                        1e-3,
                        0.7,
                        Optional.of(new TrainingProgress.Validation(2, 1.25, 1, 1.0, OptionalDouble.of(0.5)))),
                step * 100L,
                new TrainingProgress.Pace(50, 9),
                Map.of("q_proj", 3));
    }
}
