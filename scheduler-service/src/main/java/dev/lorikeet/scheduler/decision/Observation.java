package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What is known about trainers right now. It is not journaled: a new leader learns it again from the next heartbeats,
 * and gives every open attempt a fresh lease until then.
 */
public sealed interface Observation {
    /** A trainer was heard of; capacity if it told. */
    record TrainerHeard(TrainerLife life, Optional<Capacity> capacity, Instant at) implements Observation {}

    /** A trainer takes no more work. */
    record TrainerDraining(TrainerLife life) implements Observation {}

    /** A trainer has been silent for so long that it is forgotten. */
    record TrainerForgotten(String trainer) implements Observation {}

    /** An attempt lives on. */
    record LeaseExtended(JobId job, Instant until) implements Observation {}

    /** A new leader took over: all attempts live on. */
    record AllLeasesExtended(Instant until) implements Observation {}

    /**
     * A job's last attempt is over or lost; it fails unless the registry has a version of it.
     *
     * @param failure what it fails with
     * @param lookAt when to look: late enough that no trainer that lost its lease can still publish
     */
    record FailureSuspected(JobId job, Failure failure, Instant lookAt) implements Observation {
        public FailureSuspected {
            requireNonNull(job, "job");
            requireNonNull(failure, "failure");
            requireNonNull(lookAt, "lookAt");
        }
    }

    /**
     * What a trainer can run.
     *
     * @param slots attempts at once
     * @param baseModels base models that it has
     */
    record Capacity(int slots, Set<String> baseModels) {
        public Capacity {
            baseModels = Set.copyOf(requireNonNull(baseModels, "baseModels"));
        }
    }
}
