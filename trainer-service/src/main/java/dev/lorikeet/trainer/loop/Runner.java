package dev.lorikeet.trainer.loop;

import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.RunOutcome;

/** Runs attempts; called on a thread of its own for each, several at once if the trainer has several slots. */
@FunctionalInterface
public interface Runner {
    /**
     * Runs one attempt to its end, whatever it is; blocks.
     *
     * @param assignment what to run
     * @param control tells when to stop; to be asked between any two steps, and right before publication
     * @param listener hears of the attempt's way
     */
    RunOutcome run(Assignment assignment, RunControl control, RunListener listener);
}
