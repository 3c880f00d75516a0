package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.job.DatasetUse;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.Violation;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What goes out with a decision, in the same transaction. */
public sealed interface Message {
    /**
     * Told to a tenant.
     *
     * @param about whom and what it is about
     * @param sequence position within the job's events, from 1; 0 for a rejected request
     * @param time when it was decided
     * @param fact what is told
     * @param correlation of the request that it answers; empty: none
     */
    record Event(Subject about, long sequence, Instant time, Fact fact, String correlation) implements Message {
        public Event {
            requireNonNull(about, "about");
            requireNonNull(time, "time");
            requireNonNull(fact, "fact");
            requireNonNull(correlation, "correlation");
        }
    }

    /** Whom and what an event is about; the job is empty for a request that became none. */
    record Subject(TenantId tenant, Optional<JobId> job, String adapter, String idempotencyKey) {}

    /** What tenants are told. */
    sealed interface Fact {
        /** The request will be trained, so. */
        record Accepted(TrainingSpec resolved) implements Fact {}

        /** The request will never run. */
        record Rejected(List<Violation> violations) implements Fact {
            public Rejected {
                violations = List.copyOf(violations);
            }
        }

        /** The job waits. */
        record Queued(int attemptsUsed, String reason) implements Fact {}

        /** An attempt runs. */
        record Started(int attempt, String trainer, int resumedFromStep, DatasetUse dataset) implements Fact {}

        /** It advanced. */
        record Advanced(Progress progress) implements Fact {}

        /** It stored a checkpoint. */
        record Checkpointed(int attempt, int step) implements Fact {}

        /** The adapter is published. */
        record Succeeded(Outcome outcome) implements Fact {}

        /** The job ended without one. */
        record Failed(Failure failure) implements Fact {}

        /** The job was cancelled. */
        record Cancelled(String by) implements Fact {}
    }

    /** Told to one life of a trainer. */
    record Order(TrainerLife to, Instruction instruction) implements Message {}

    /** What trainers are told. */
    sealed interface Instruction {
        /** Run an attempt. */
        record Assign(JobId job, int attempt, TenantId tenant, TrainingSpec spec, Duration lease)
                implements Instruction {}

        /** Stop an attempt for good. */
        record Cancel(JobId job, int attempt, String reason) implements Instruction {}

        /** A lease lives on. */
        record Extend(JobId job, int attempt, Duration lease) implements Instruction {}
    }

    /** A message of someone's that nobody could understand. */
    record DeadLetter(
            Optional<TenantId> tenant, Command.Origin origin, Command.PutAside.Code code, String reason, Instant time)
            implements Message {}
}
