package dev.lorikeet.scheduler.job;

import java.time.Duration;
import java.time.Instant;

/**
 * Whether a failed attempt is followed by another, and when: {@code firstDelay * 2^(failures-1)}, at most
 * {@code longestDelay}.
 *
 * @param maxAttempts counted attempts that a job may make
 * @param firstDelay wait after the first failure
 * @param longestDelay the longest wait
 */
public record RetryRules(int maxAttempts, Duration firstDelay, Duration longestDelay) {
    public RetryRules {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1: " + maxAttempts);
        }
        if (firstDelay.isNegative() || longestDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException("delays must be 0 <= " + firstDelay + " <= " + longestDelay);
        }
    }

    /** What follows a failed attempt. */
    public sealed interface Verdict {
        /** Another attempt, not before the given time. */
        record Retry(Instant notBefore) implements Verdict {}

        /** The job has failed. */
        record GiveUp() implements Verdict {}
    }

    /**
     * Judges a failure.
     *
     * @param counted attempts that count against the job, this one included
     */
    public Verdict judge(FailureKind kind, int counted, Instant now) {
        return switch (kind) {
            case INVALID_INPUT, OUT_OF_MEMORY, DIVERGED -> new Verdict.GiveUp();
            case LEASE_EXPIRED -> counted >= maxAttempts ? new Verdict.GiveUp() : new Verdict.Retry(now);
            case TRANSIENT, INTERNAL ->
                counted >= maxAttempts ? new Verdict.GiveUp() : new Verdict.Retry(now.plus(delay(counted)));
        };
    }

    private Duration delay(int failures) {
        Duration delay = firstDelay;
        for (int i = 1; i < failures && delay.compareTo(longestDelay) < 0; i++) {
            delay = delay.multipliedBy(2);
        }
        return delay.compareTo(longestDelay) > 0 ? longestDelay : delay;
    }
}
