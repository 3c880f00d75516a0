package dev.lorikeet.scheduler.protobuf;

import dev.lorikeet.proto.scheduler.v1.AttemptAssigned;
import dev.lorikeet.proto.scheduler.v1.AttemptEnded;
import dev.lorikeet.proto.scheduler.v1.JobAccepted;
import dev.lorikeet.proto.scheduler.v1.JournalRecord;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;

/** Journal records to the core. */
public final class JournalParser {
    private JournalParser() {}

    /**
     * The entry that was kept.
     *
     * @throws IllegalStateException if it is of a kind that this version does not know: going on without it would make
     *     another state than the one that was decided on
     */
    public static JournalEntry toEntry(JournalRecord kept) {
        return switch (kept.getRecordCase()) {
            case JOB_ACCEPTED -> {
                JobAccepted accepted = kept.getJobAccepted();
                yield entry(
                        kept,
                        accepted.getJob(),
                        new Change.JobAccepted(
                                new TenantId(accepted.getTenant()),
                                RequestMapper.toSpec(accepted.getRequest()),
                                accepted.getContentSha256()));
            }
            case ATTEMPT_ASSIGNED -> {
                AttemptAssigned assigned = kept.getAttemptAssigned();
                yield entry(
                        kept,
                        assigned.getAttempt().getJob(),
                        new Change.AttemptAssigned(
                                assigned.getAttempt().getAttempt(),
                                new TrainerLife(assigned.getTrainer(), assigned.getIncarnation()),
                                OutcomeMapper.time(assigned.getLeaseExpiresAt())));
            }
            case ATTEMPT_STARTED ->
                entry(
                        kept,
                        kept.getAttemptStarted().getAttempt().getJob(),
                        new Change.AttemptStarted(
                                kept.getAttemptStarted().getAttempt().getAttempt(),
                                kept.getAttemptStarted().getResumedFromStep()));
            case ATTEMPT_ADVANCED ->
                entry(
                        kept,
                        kept.getAttemptAdvanced().getAttempt().getJob(),
                        new Change.AttemptAdvanced(OutcomeMapper.progress(
                                kept.getAttemptAdvanced().getProgress(),
                                kept.getAttemptAdvanced().getAttempt().getAttempt())));
            case ATTEMPT_CHECKPOINTED ->
                entry(
                        kept,
                        kept.getAttemptCheckpointed().getAttempt().getJob(),
                        new Change.AttemptCheckpointed(
                                kept.getAttemptCheckpointed().getAttempt().getAttempt(),
                                kept.getAttemptCheckpointed().getStep()));
            case ATTEMPT_ENDED -> {
                AttemptEnded ended = kept.getAttemptEnded();
                yield entry(
                        kept,
                        ended.getAttempt().getJob(),
                        new Change.AttemptEnded(
                                ended.getAttempt().getAttempt(),
                                OutcomeMapper.kind(ended.getKind()),
                                ended.getReason(),
                                OutcomeMapper.time(ended.getNotBefore()),
                                ended.getCounted()));
            }
            case JOB_SUCCEEDED ->
                entry(
                        kept,
                        kept.getJobSucceeded().getAttempt().getJob(),
                        new Change.JobSucceeded(OutcomeMapper.outcome(
                                kept.getJobSucceeded().getOutcome(),
                                kept.getJobSucceeded().getAttempt().getAttempt())));
            case JOB_FAILED ->
                entry(
                        kept,
                        kept.getJobFailed().getJob(),
                        new Change.JobFailed(OutcomeMapper.failure(
                                kept.getJobFailed().getFailure(),
                                kept.getJobFailed().getFailure().getAttempt())));
            case CANCELLATION_REQUESTED ->
                entry(
                        kept,
                        kept.getCancellationRequested().getJob(),
                        new Change.CancellationRequested(
                                kept.getCancellationRequested().getBy()));
            case JOB_CANCELLED ->
                entry(
                        kept,
                        kept.getJobCancelled().getJob(),
                        new Change.JobCancelled(kept.getJobCancelled().getBy()));
            case RECORD_NOT_SET ->
                throw new IllegalStateException("a journal record of a kind that this version does not know: " + kept);
        };
    }

    private static JournalEntry entry(JournalRecord kept, String job, Change change) {
        return new JournalEntry(OutcomeMapper.time(kept.getTime()), new JobId(job), kept.getEventSequence(), change);
    }
}
