package dev.lorikeet.trainer.attempt;

/** Why an attempt is stopped before its end, the weakest reason first: a stronger one replaces a weaker one. */
public enum StopReason {
    /** The scheduler wants it back, with a checkpoint. */
    PREEMPTED(true),
    /** The trainer goes away in good order; with a checkpoint. */
    SHUTDOWN(true),
    /** The tenant or an operator ended the job. */
    CANCELLED(false),
    /** A later attempt at the same job was assigned to this trainer: the scheduler has given this one up. */
    SUPERSEDED(false),
    /** The scheduler has not extended the lease: another trainer may hold the job by now. */
    LEASE_EXPIRED(false);

    private final boolean checkpointed;

    StopReason(boolean checkpointed) {
        this.checkpointed = checkpointed;
    }

    /** Whether the attempt stores a checkpoint before it stops. */
    public boolean checkpointed() {
        return checkpointed;
    }

    /** Whether this reason replaces another. */
    public boolean strongerThan(StopReason other) {
        return compareTo(other) > 0;
    }
}
