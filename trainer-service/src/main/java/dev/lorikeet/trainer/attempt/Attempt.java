package dev.lorikeet.trainer.attempt;

import java.time.Duration;

/**
 * One attempt that this trainer holds.
 *
 * @param assignment as ordered
 * @param state where it stands
 * @param leaseEnd when its lease runs out, on the clock of {@code decide}
 */
public record Attempt(Assignment assignment, AttemptState state, Duration leaseEnd) {
    /** Its name. */
    public AttemptKey key() {
        return assignment.key();
    }

    /** Whether it holds a slot. */
    public boolean holdsSlot() {
        return switch (state) {
            case AttemptState.Waiting _ -> false;
            case AttemptState.Running _, AttemptState.Stopping _ -> true;
        };
    }

    /** Whether it was told to stop. */
    public boolean stopping() {
        return state instanceof AttemptState.Stopping;
    }

    Attempt in(AttemptState next) {
        return new Attempt(assignment, next, leaseEnd);
    }

    Attempt until(Duration end) {
        return new Attempt(assignment, state, end);
    }
}
