package dev.lorikeet.trainer.training;

import dev.lorikeet.trainer.attempt.Assignment;
import dev.lorikeet.trainer.attempt.StopReason;
import dev.lorikeet.trainer.loop.RunControl;
import dev.lorikeet.trainer.loop.RunListener;
import java.util.Optional;

/** One attempt's assignment with the ways to and from the loop. */
final class RunContext {
    private final Assignment assignment;
    private final RunControl control;
    private final RunListener listener;
    private volatile int checkpointStep;

    RunContext(Assignment assignment, RunControl control, RunListener listener) {
        this.assignment = assignment;
        this.control = control;
        this.listener = listener;
    }

    Assignment assignment() {
        return assignment;
    }

    RunControl control() {
        return control;
    }

    RunListener listener() {
        return listener;
    }

    /** Step of the newest checkpoint in the store; 0 if there is none. */
    int checkpointStep() {
        return checkpointStep;
    }

    void checkpointStep(int step) {
        checkpointStep = step;
    }

    /** Stops the run for any reason given. */
    void goOn() {
        control.stopReason().ifPresent(reason -> {
            throw new StopRun(reason);
        });
    }

    /**
     * Stops the run only for reasons that end the attempt for good: near the end, publishing is the quickest way to give
     * the slot back.
     */
    void goOnToTheEnd() {
        Optional<StopReason> reason = control.stopReason();
        if (reason.isPresent() && !reason.get().checkpointed()) {
            throw new StopRun(reason.get());
        }
    }
}
