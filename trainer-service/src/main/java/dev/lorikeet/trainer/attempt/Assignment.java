package dev.lorikeet.trainer.attempt;

import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;

/**
 * One attempt as it was ordered.
 *
 * @param key names it
 * @param tenant whose job it is
 * @param job what to train
 * @param lease how long the trainer may go on without an extension, above zero
 */
public record Assignment(AttemptKey key, TenantId tenant, TrainingJob job, Duration lease) {
    /** Checks the parts. */
    public Assignment {
        Leases.check(lease);
    }
}
