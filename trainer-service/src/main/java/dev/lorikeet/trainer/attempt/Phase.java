package dev.lorikeet.trainer.attempt;

/** How far a running attempt is; phases only move forward. */
public enum Phase {
    /** The dataset and the newest checkpoint come from the object store. */
    FETCHING,
    /** The dataset is read, all of its errors are found, examples are encoded. */
    VALIDATING,
    /** Optimizer steps. */
    TRAINING,
    /** The adapter is checked before anybody sees it. */
    VERIFYING,
    /** The adapter goes to the object store and becomes a version. */
    PUBLISHING
}
