package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.FailureKind;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * One committed fact about one job. A fold over all of them, in order, is the scheduler's state.
 *
 * @param time when it was decided
 * @param job the job
 * @param sequence sequence of the job's newest event once this holds
 * @param change what happened
 */
public record JournalEntry(Instant time, JobId job, long sequence, Change change) {
    public JournalEntry {
        requireNonNull(time, "time");
        requireNonNull(job, "job");
        requireNonNull(change, "change");
        if (sequence < 1) {
            throw new IllegalArgumentException("a job's events count from 1: " + sequence);
        }
    }

    /** What happened to the job. */
    public sealed interface Change {
        /** A request became it. */
        record JobAccepted(TenantId tenant, TrainingSpec spec, String contentSha256) implements Change {}

        /** An attempt was given to a trainer. */
        record AttemptAssigned(int attempt, TrainerLife to, Instant leaseExpiresAt) implements Change {}

        /** The trainer confirmed it. */
        record AttemptStarted(int attempt, int resumedFromStep) implements Change {}

        /** It advanced. */
        record AttemptAdvanced(Progress progress) implements Change {}

        /** It stored a checkpoint. */
        record AttemptCheckpointed(int attempt, int step) implements Change {}

        /** It ended without an adapter and the job waits again; no kind: it was given back. */
        record AttemptEnded(int attempt, Optional<FailureKind> kind, String reason, Instant notBefore, boolean counted)
                implements Change {}

        /** The job ended with a published version. */
        record JobSucceeded(Outcome outcome) implements Change {}

        /** The job ended without one. */
        record JobFailed(Failure failure) implements Change {}

        /** Somebody asked for the end of a job that runs. */
        record CancellationRequested(String by) implements Change {}

        /** The job was cancelled. */
        record JobCancelled(String by) implements Change {}
    }
}
