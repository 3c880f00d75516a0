package dev.lorikeet.trainer.attempt;

/** What happens to a trainer. */
public sealed interface Command {
    /**
     * An order arrived.
     *
     * @param to whom it is for: orders to others and to former lives are ignored
     * @param order which
     */
    record Obey(Identity to, Order order) implements Command {}

    /**
     * A run came to its next phase.
     *
     * @param attempt whose
     * @param phase which
     */
    record NotePhase(AttemptKey attempt, Phase phase) implements Command {}

    /**
     * A run ended; its slot is free.
     *
     * @param attempt whose
     * @param outcome how
     */
    record NoteEnd(AttemptKey attempt, RunOutcome outcome) implements Command {}

    /** Time went by: leases may have run out. */
    record NoteTime() implements Command {}

    /** Take no more work, give back what runs. */
    record ShutDown() implements Command {}
}
