package dev.lorikeet.scheduler.job;

/** Why an attempt ended badly; {@link RetryRules} says what follows. */
public enum FailureKind {
    /** The dataset or the request is at fault. */
    INVALID_INPUT,
    /** The device's memory did not suffice. */
    OUT_OF_MEMORY,
    /** The surroundings are at fault. */
    TRANSIENT,
    /** The trainer fell silent, or began a new life. */
    LEASE_EXPIRED,
    /** The loss or a weight stopped being finite. */
    DIVERGED,
    /** A bug of ours. */
    INTERNAL
}
