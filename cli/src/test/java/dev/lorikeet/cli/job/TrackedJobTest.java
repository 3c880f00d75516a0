package dev.lorikeet.cli.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.training.v1.Accepted;
import dev.lorikeet.proto.training.v1.DatasetError;
import dev.lorikeet.proto.training.v1.DatasetUse;
import dev.lorikeet.proto.training.v1.Failed;
import dev.lorikeet.proto.training.v1.Progress;
import dev.lorikeet.proto.training.v1.Queued;
import dev.lorikeet.proto.training.v1.Rejected;
import dev.lorikeet.proto.training.v1.Started;
import dev.lorikeet.proto.training.v1.Succeeded;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.proto.training.v1.Violation;
import org.junit.jupiter.api.Test;

class TrackedJobTest {

    @Test
    void aWholeLifeIsFolded() {
        TrackedJob job = TrackedJob.requested()
                .after(event(1).setAccepted(Accepted.getDefaultInstance()).build())
                .after(event(2).setQueued(Queued.newBuilder().setReason("no trainer is free"))
                        .build());

        assertThat(job.state()).isEqualTo(TrackedJob.State.QUEUED);
        assertThat(job.detail()).isEqualTo("no trainer is free");
        assertThat(job.job()).isEqualTo("j-1");
        assertThat(job.lossIfKnown()).isEmpty();

        job = job.after(event(3).setStarted(Started.newBuilder()
                        .setTrainer("t-1")
                        .setDataset(DatasetUse.newBuilder()
                                .setExamples(8)
                                .setUnlabelled(2)
                                .addUnlabelledLines(4)))
                .build());

        assertThat(job.detail()).contains("2 of 10 examples have nothing to learn from (from line 4)");

        job = job.after(progress(4, 5, 10, 1.25));

        assertThat(job.state()).isEqualTo(TrackedJob.State.TRAINING);
        assertThat(job.step()).isEqualTo(5);
        assertThat(job.lossIfKnown()).contains(1.25);

        job = job.after(event(5).setSucceeded(
                        Succeeded.newBuilder().setVersion(3).setSteps(10).setFinalLoss(0.5))
                .build());

        assertThat(job.state().ended()).isTrue();
        assertThat(job.version()).isEqualTo(3);
        assertThat(job.loss()).isEqualTo(0.5);
    }

    @Test
    void repeatedAndLateEventsChangeNothing() {
        TrackedJob job = TrackedJob.requested().after(progress(4, 5, 10, 1.0));

        assertThat(job.after(progress(4, 6, 10, 2.0))).isEqualTo(job);
        assertThat(job.after(progress(3, 1, 10, 2.0))).isEqualTo(job);
    }

    @Test
    void nothingFollowsTheEnd() {
        TrackedJob failed = TrackedJob.requested()
                .after(event(1).setFailed(Failed.newBuilder().setReason("gone")).build());

        assertThat(failed.after(progress(2, 1, 10, 1.0))).isEqualTo(failed);
    }

    @Test
    void aRejectionTellsEveryViolation() {
        TrackedJob job = TrackedJob.requested()
                .after(event(0).setRejected(Rejected.newBuilder()
                                .addViolations(violation("INVALID_NAME", "adapter", "has blanks"))
                                .addViolations(violation("OUT_OF_RANGE", "priority", "is above 100")))
                        .build());

        assertThat(job.state()).isEqualTo(TrackedJob.State.REJECTED);
        assertThat(job.detail()).isEqualTo("INVALID_NAME adapter: has blanks; OUT_OF_RANGE priority: is above 100");
    }

    @Test
    void aBadDatasetTellsItsLines() {
        TrackedJob job = TrackedJob.requested()
                .after(event(1).setFailed(Failed.newBuilder()
                                .setReason("2 errors")
                                .addDatasetErrors(
                                        DatasetError.newBuilder().setLine(7).setReason("no JSON")))
                        .build());

        assertThat(job.detail()).isEqualTo("2 errors; line 7: no JSON");
    }

    private static Violation violation(String code, String field, String reason) {
        return Violation.newBuilder()
                .setCode(code)
                .setField(field)
                .setReason(reason)
                .build();
    }

    private static TrainingEvent progress(long sequence, int step, int total, double loss) {
        return event(sequence)
                .setProgress(
                        Progress.newBuilder().setStep(step).setTotalSteps(total).setLoss(loss))
                .build();
    }

    private static TrainingEvent.Builder event(long sequence) {
        return TrainingEvent.newBuilder().setJob("j-1").setTenant("acme").setSequence(sequence);
    }
}
