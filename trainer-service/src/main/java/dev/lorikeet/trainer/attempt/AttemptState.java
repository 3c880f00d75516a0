package dev.lorikeet.trainer.attempt;

/**
 * Where an attempt stands on this trainer.
 *
 * <pre>
 *  Assign ──▶ Waiting ──▶ Running: fetching ▶ validating ▶ training ▶ verifying ▶ publishing ──▶ reported, gone
 *                │             │
 *                │             └── cancel, preempt, lease run out, superseded, shutdown ──▶ Stopping ──▶ reported, gone
 *                └── the same ──▶ reported, gone
 * </pre>
 *
 * An attempt waits only while a stopping one still holds the slot. A stopping attempt may still turn out to have
 * published: whatever version exists is reported.
 */
public sealed interface AttemptState {
    /** Accepted; begins when a slot is free. */
    record Waiting() implements AttemptState {}

    /**
     * At work.
     *
     * @param phase how far
     */
    record Running(Phase phase) implements AttemptState {}

    /**
     * Told to stop; still at work until its run ends.
     *
     * @param reason the strongest given
     */
    record Stopping(StopReason reason) implements AttemptState {}
}
