package dev.lorikeet.scheduler.decision;

import java.time.Duration;

/**
 * How patient the scheduler is.
 *
 * @param lease how long an attempt may go on without its trainer being heard of
 * @param silence after which a trainer gets no more work; also how long a lost attempt may still have something on its
 *     way when its lease has run out, so how long a job waits before it fails
 */
public record Timing(Duration lease, Duration silence) {
    public Timing {
        if (!lease.isPositive() || !silence.isPositive()) {
            throw new IllegalArgumentException("lease and silence must be positive: " + lease + ", " + silence);
        }
    }
}
