package dev.lorikeet.scheduler.placement;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Which waiting job goes to which free trainer. Pure: the same question has the same answer. */
public interface PlacementPolicy {
    /** Places as many jobs as seats allow, in the order in which they shall be served. */
    List<Placement> place(List<Waiting> waiting, List<Seats> seats);

    /**
     * A job that may start now.
     *
     * @param job its id
     * @param tenant whose it is
     * @param tenantServed when its tenant was served last, as a position in the order of all assignments; 0: never
     * @param baseModel the base model that the trainer must have
     * @param priority among its tenant's jobs, higher first
     * @param acceptedAt age
     */
    record Waiting(JobId job, TenantId tenant, long tenantServed, String baseModel, int priority, Instant acceptedAt) {
        public Waiting {
            requireNonNull(job, "job");
            requireNonNull(tenant, "tenant");
            requireNonNull(baseModel, "baseModel");
            requireNonNull(acceptedAt, "acceptedAt");
        }
    }

    /**
     * A trainer with room.
     *
     * @param trainer its life
     * @param baseModels the base models that it has
     * @param free attempts that it can take
     */
    record Seats(TrainerLife trainer, Set<String> baseModels, int free) {
        public Seats {
            requireNonNull(trainer, "trainer");
            baseModels = Set.copyOf(baseModels);
        }
    }

    /** One job on one trainer. */
    record Placement(JobId job, TrainerLife trainer) {}
}
