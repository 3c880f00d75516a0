package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.scheduler.v1.AttemptAdvanced;
import dev.lorikeet.proto.scheduler.v1.AttemptAssigned;
import dev.lorikeet.proto.scheduler.v1.AttemptCheckpointed;
import dev.lorikeet.proto.scheduler.v1.AttemptEnded;
import dev.lorikeet.proto.scheduler.v1.AttemptStarted;
import dev.lorikeet.proto.scheduler.v1.CancellationRequested;
import dev.lorikeet.proto.scheduler.v1.JobAccepted;
import dev.lorikeet.proto.scheduler.v1.JobCancelled;
import dev.lorikeet.proto.scheduler.v1.JobFailed;
import dev.lorikeet.proto.scheduler.v1.JobSucceeded;
import dev.lorikeet.proto.scheduler.v1.JournalRecord;
import dev.lorikeet.proto.trainer.v1.AttemptRef;
import dev.lorikeet.proto.training.v1.FailureKind;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;

/** Journal records from the core. */
public final class JournalWriter {
    private JournalWriter() {}

    /** The entry as it is kept. */
    public static JournalRecord toProto(JournalEntry entry) {
        String job = entry.job().value();
        JournalRecord.Builder kept = JournalRecord.newBuilder()
                .setTime(OutcomeMapper.time(entry.time()))
                .setEventSequence(entry.sequence());
        switch (entry.change()) {
            case Change.JobAccepted accepted ->
                kept.setJobAccepted(JobAccepted.newBuilder()
                        .setJob(job)
                        .setTenant(accepted.tenant().value())
                        .setRequest(RequestMapper.toProto(accepted.spec()))
                        .setContentSha256(accepted.contentSha256()));
            case Change.AttemptAssigned assigned ->
                kept.setAttemptAssigned(AttemptAssigned.newBuilder()
                        .setAttempt(attempt(job, assigned.attempt()))
                        .setTrainer(assigned.to().trainer())
                        .setIncarnation(assigned.to().incarnation())
                        .setLeaseExpiresAt(OutcomeMapper.time(assigned.leaseExpiresAt())));
            case Change.AttemptStarted started ->
                kept.setAttemptStarted(AttemptStarted.newBuilder()
                        .setAttempt(attempt(job, started.attempt()))
                        .setResumedFromStep(started.resumedFromStep()));
            case Change.AttemptAdvanced advanced ->
                kept.setAttemptAdvanced(AttemptAdvanced.newBuilder()
                        .setAttempt(attempt(job, advanced.progress().attempt()))
                        .setProgress(OutcomeMapper.progress(advanced.progress())));
            case Change.AttemptCheckpointed checkpointed ->
                kept.setAttemptCheckpointed(AttemptCheckpointed.newBuilder()
                        .setAttempt(attempt(job, checkpointed.attempt()))
                        .setStep(checkpointed.step()));
            case Change.AttemptEnded ended ->
                kept.setAttemptEnded(AttemptEnded.newBuilder()
                        .setAttempt(attempt(job, ended.attempt()))
                        .setKind(ended.kind().map(OutcomeMapper::kind).orElse(FailureKind.FAILURE_KIND_UNSPECIFIED))
                        .setReason(ended.reason())
                        .setNotBefore(OutcomeMapper.time(ended.notBefore()))
                        .setCounted(ended.counted()));
            case Change.JobSucceeded succeeded ->
                kept.setJobSucceeded(JobSucceeded.newBuilder()
                        .setAttempt(attempt(job, succeeded.outcome().attempt()))
                        .setOutcome(OutcomeMapper.outcome(succeeded.outcome())));
            case Change.JobFailed failed ->
                kept.setJobFailed(
                        JobFailed.newBuilder().setJob(job).setFailure(OutcomeMapper.failure(failed.failure())));
            case Change.CancellationRequested requested ->
                kept.setCancellationRequested(
                        CancellationRequested.newBuilder().setJob(job).setBy(requested.by()));
            case Change.JobCancelled cancelled ->
                kept.setJobCancelled(JobCancelled.newBuilder().setJob(job).setBy(cancelled.by()));
        }
        return kept.build();
    }

    private static AttemptRef attempt(String job, int number) {
        return AttemptRef.newBuilder().setJob(job).setAttempt(number).build();
    }
}
