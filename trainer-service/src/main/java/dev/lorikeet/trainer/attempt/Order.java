package dev.lorikeet.trainer.attempt;

import java.time.Duration;

/** What the scheduler tells a trainer to do. */
public sealed interface Order {
    /** The attempt that it is about. */
    AttemptKey attempt();

    /**
     * Run an attempt.
     *
     * @param assignment which
     */
    record Assign(Assignment assignment) implements Order {
        @Override
        public AttemptKey attempt() {
            return assignment.key();
        }
    }

    /**
     * Reject an attempt whose assignment makes no sense, such as one without a dataset.
     *
     * @param attempt which
     * @param reason for people
     */
    record Refuse(AttemptKey attempt, String reason) implements Order {}

    /**
     * Stop an attempt for good.
     *
     * @param attempt which
     */
    record Cancel(AttemptKey attempt) implements Order {}

    /**
     * Checkpoint an attempt and give it back.
     *
     * @param attempt which
     */
    record Preempt(AttemptKey attempt) implements Order {}

    /**
     * A lease lives on.
     *
     * @param attempt whose
     * @param lease from now
     */
    record Extend(AttemptKey attempt, Duration lease) implements Order {
        /** Checks. */
        public Extend {
            Leases.check(lease);
        }
    }
}
