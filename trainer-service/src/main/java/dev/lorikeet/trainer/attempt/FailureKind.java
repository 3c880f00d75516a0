package dev.lorikeet.trainer.attempt;

/** Why an attempt ended badly; the scheduler decides by it whether another is made. */
public enum FailureKind {
    /** The dataset or the request is at fault. */
    INVALID_INPUT,
    /** The device's memory did not suffice. */
    OUT_OF_MEMORY,
    /** The surroundings are at fault: object store, network. */
    TRANSIENT,
    /** The scheduler's lease ran out before the attempt was done. */
    LEASE_EXPIRED,
    /** The loss or a weight stopped being finite. */
    DIVERGED,
    /** A bug of ours. */
    INTERNAL
}
