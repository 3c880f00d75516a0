package dev.lorikeet.trainer.attempt;

import java.time.Duration;

/**
 * One attempt as it was ordered.
 *
 * @param key names it
 * @param tenant whose job it is
 * @param job what to train
 * @param lease how long the trainer may go on without an extension, above zero
 */
public record Assignment(AttemptKey key, String tenant, TrainingJob job, Duration lease) {
    /** Checks the parts. */
    public Assignment {
        if (tenant.isBlank()) {
            throw new IllegalArgumentException("attempt " + key + " has no tenant");
        }
        Leases.check(lease);
    }
}
