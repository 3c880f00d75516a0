package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.job.AttemptId;
import dev.lorikeet.scheduler.job.DatasetUse;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.Violation;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.util.List;
import java.util.Optional;

/** What the scheduler is asked to decide on. */
public sealed interface Command {
    /**
     * A tenant wants an adapter trained.
     *
     * @param tenant proven by its credential
     * @param spec the request as it was sent
     * @param contentSha256 digest of it, without its idempotency key
     * @param unknown fields that the contract does not know
     * @param supply where its examples are by now
     * @param correlation copied to the answering event; empty: none
     */
    record SubmitJob(
            TenantId tenant,
            TrainingSpec spec,
            String contentSha256,
            List<Violation> unknown,
            Supply supply,
            String correlation)
            implements Command {
        public SubmitJob {
            requireNonNull(tenant, "tenant");
            requireNonNull(spec, "spec");
            requireNonNull(contentSha256, "contentSha256");
            unknown = List.copyOf(unknown);
            requireNonNull(supply, "supply");
            requireNonNull(correlation, "correlation");
        }

        /** The tenant's key, or the content that stands for it. */
        public String idempotencyKey() {
            return spec.terms().idempotencyKey().orElse(contentSha256);
        }
    }

    /** Where the examples of a request are. */
    sealed interface Supply {
        /** At the address in the request, as far as one knows. */
        record AsAddressed() implements Supply {}

        /** Inline examples were put at this address. */
        record Stored(DatasetAddress address) implements Supply {}

        /** The object store has nothing at the address. */
        record Missing() implements Supply {}
    }

    /** Somebody wants a job ended. */
    record CancelJob(TenantId tenant, JobId job, String by, String correlation) implements Command {}

    /** A message could not be understood; the tenant is known or not. */
    record PutAside(Optional<TenantId> tenant, Origin origin, Code code, String reason, String correlation)
            implements Command {
        /** Why. */
        public enum Code {
            /** It is no message of the kind. */
            UNREADABLE,
            /** It is larger than what is read. */
            TOO_LARGE,
            /** Nobody vouches for it. */
            UNAUTHENTICATED
        }
    }

    /** Where a message stood. */
    record Origin(String topic, int partition, long offset) {}

    /** A trainer said something. */
    record TrainerReported(TrainerLife life, Report report) implements Command {
        public TrainerReported {
            requireNonNull(life, "life");
            requireNonNull(report, "report");
        }
    }

    /**
     * The registry was asked whether a job that is about to fail has a version.
     *
     * @param attempt the attempt that was current when it was asked
     * @param found the version's figures, under the number of that attempt; empty: there is none
     */
    record LookedUp(JobId job, int attempt, Optional<Outcome> found) implements Command {
        public LookedUp {
            requireNonNull(job, "job");
            requireNonNull(found, "found");
        }
    }

    /** Time has passed. */
    record Tick() implements Command {}

    /** Jobs may be given to trainers. */
    record PlaceJobs() implements Command {}

    /** What trainers say. */
    sealed interface Report {
        /** It is up. */
        record Ready(Observation.Capacity capacity) implements Report {}

        /** It is alive and runs these attempts. */
        record Heartbeat(List<AttemptId> running, Optional<Observation.Capacity> capacity) implements Report {
            public Heartbeat {
                running = List.copyOf(running);
            }
        }

        /** It takes no more work. */
        record Stopping() implements Report {}

        /** What it says of one attempt. */
        sealed interface OfAttempt extends Report {
            /** The attempt. */
            AttemptId attempt();
        }

        /** It began. */
        record Started(AttemptId attempt, int resumedFromStep, DatasetUse dataset) implements OfAttempt {}

        /** It advanced. */
        record Advanced(AttemptId attempt, Progress progress) implements OfAttempt {}

        /** It stored a checkpoint. */
        record Checkpointed(AttemptId attempt, int step) implements OfAttempt {}

        /** It published its adapter. */
        record Succeeded(AttemptId attempt, Outcome outcome) implements OfAttempt {}

        /** It ended badly. */
        record Failed(AttemptId attempt, Failure failure) implements OfAttempt {}

        /** It was cancelled. */
        record Cancelled(AttemptId attempt) implements OfAttempt {}

        /** It was given back. */
        record Preempted(AttemptId attempt, int step) implements OfAttempt {}
    }
}
