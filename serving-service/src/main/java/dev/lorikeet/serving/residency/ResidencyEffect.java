package dev.lorikeet.serving.residency;

/** What the owner of the memory does next, in the order given. */
public sealed interface ResidencyEffect {
    /**
     * Load the revision, which this ticket waits for, off the decode thread; then report {@link Residency#loaded} or
     * {@link Residency#failed}.
     */
    record Load(long ticket, String revision) implements ResidencyEffect {}

    /** Free the revision's memory: nobody holds a lease on it. */
    record Evict(String revision) implements ResidencyEffect {}

    /** The ticket holds a lease on a ready revision: {@link Residency#release} must follow exactly once. */
    record Grant(long ticket, String revision) implements ResidencyEffect {}

    /** The ticket is answered with the failure of the load that it waited for; it holds nothing. */
    record Fail(long ticket, String revision) implements ResidencyEffect {}

    /** The ticket is turned away; it holds nothing. */
    record Refuse(long ticket, RefusedFor reason) implements ResidencyEffect {}

    /** Why a ticket is turned away. */
    enum RefusedFor {
        /** The adapter alone is larger than the whole budget. */
        LARGER_THAN_BUDGET,
        /** Everything resident is in use, and too many wait for room already. */
        NO_ROOM
    }
}
