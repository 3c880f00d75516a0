package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;

/**
 * A question to the registry: does this job have a version? Answered by {@link Command.LookedUp}; asked again until it
 * is.
 *
 * @param tenant whose job
 * @param adapter name of its adapter
 * @param job the job
 * @param attempt its current attempt
 */
public record Inquiry(TenantId tenant, String adapter, JobId job, int attempt) {
    public Inquiry {
        requireNonNull(tenant, "tenant");
        requireNonNull(adapter, "adapter");
        requireNonNull(job, "job");
    }
}
