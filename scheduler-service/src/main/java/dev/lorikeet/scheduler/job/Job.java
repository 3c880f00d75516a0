package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A job as it stands. Immutable: each fact makes a new one.
 *
 * @param id its id, derived from tenant and idempotency key
 * @param tenant whose it is
 * @param acceptance what was accepted
 * @param state where it stands
 * @param track what happened so far
 */
public record Job(JobId id, TenantId tenant, Acceptance acceptance, JobState state, Track track) {
    public Job {
        requireNonNull(id, "id");
        requireNonNull(tenant, "tenant");
        requireNonNull(acceptance, "acceptance");
        requireNonNull(state, "state");
        requireNonNull(track, "track");
    }

    /**
     * What was accepted.
     *
     * @param spec the request, every default filled in
     * @param contentSha256 digest of the request as it was sent
     * @param at when
     */
    public record Acceptance(TrainingSpec spec, String contentSha256, Instant at) {
        public Acceptance {
            requireNonNull(spec, "spec");
            requireNonNull(contentSha256, "contentSha256");
            requireNonNull(at, "at");
        }
    }

    /**
     * What happened so far.
     *
     * @param attempts attempts begun
     * @param counted ended attempts that count against the job
     * @param progress newest progress
     * @param checkpointStep optimizer steps in the newest checkpoint; 0: there is none
     * @param sequence sequence of the newest event
     * @param updatedAt when the job last changed
     */
    public record Track(
            int attempts,
            int counted,
            Optional<Progress> progress,
            int checkpointStep,
            long sequence,
            Instant updatedAt) {
        public Track {
            requireNonNull(progress, "progress");
            requireNonNull(updatedAt, "updatedAt");
        }
    }

    /** A job at its beginning. */
    public static Job accepted(JobId id, TenantId tenant, Acceptance acceptance, String reason, long sequence) {
        Instant at = acceptance.at();
        return new Job(
                id,
                tenant,
                acceptance,
                new JobState.Queued(at, reason),
                new Track(0, 0, Optional.empty(), 0, sequence, at));
    }

    /** The attempt of the given number if it runs now. */
    public Optional<Attempt> current(int number) {
        return state.openAttempt().filter(attempt -> attempt.number() == number);
    }

    /** The same job in another state. */
    public Job in(JobState next) {
        return new Job(id, tenant, acceptance, next, track);
    }

    /** The same job after an attempt was begun. */
    public Job assigned(Attempt attempt) {
        Track next = new Track(
                attempt.number(), track.counted, track.progress, track.checkpointStep, track.sequence, track.updatedAt);
        return new Job(id, tenant, acceptance, new JobState.Running(attempt), next);
    }

    /** The same job after its attempt was confirmed. */
    public Job started(int resumedFromStep) {
        return switch (state) {
            case JobState.Running running ->
                in(new JobState.Running(running.attempt().startedFrom(resumedFromStep)));
            case JobState.Cancelling cancelling ->
                in(new JobState.Cancelling(cancelling.attempt().startedFrom(resumedFromStep), cancelling.by()));
            case JobState.Queued _, JobState.Succeeded _, JobState.Failed _, JobState.Cancelled _ ->
                throw new IllegalStateException("job " + id + " started while it was " + state);
        };
    }

    /** The same job further on. */
    public Job advanced(Progress progress) {
        return with(new Track(
                track.attempts,
                track.counted,
                Optional.of(progress),
                track.checkpointStep,
                track.sequence,
                track.updatedAt));
    }

    /** The same job with a newer checkpoint. */
    public Job checkpointed(int step) {
        return with(new Track(track.attempts, track.counted, track.progress, step, track.sequence, track.updatedAt));
    }

    /** The same job back in the queue. */
    public Job requeued(boolean counts, JobState.Queued queued) {
        Track next = new Track(
                track.attempts,
                track.counted + (counts ? 1 : 0),
                track.progress,
                track.checkpointStep,
                track.sequence,
                track.updatedAt);
        return new Job(id, tenant, acceptance, queued, next);
    }

    /** The same job after an event. */
    public Job told(long sequence, Instant at) {
        return with(new Track(track.attempts, track.counted, track.progress, track.checkpointStep, sequence, at));
    }

    private Job with(Track next) {
        return new Job(id, tenant, acceptance, state, next);
    }
}
