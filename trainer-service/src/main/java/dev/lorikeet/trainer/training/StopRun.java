package dev.lorikeet.trainer.training;

import dev.lorikeet.trainer.attempt.StopReason;

/** Unwinds a run that was told to stop. */
final class StopRun extends RuntimeException {
    private final StopReason reason;

    StopRun(StopReason reason) {
        super("the attempt stops: " + reason, null, false, false);
        this.reason = reason;
    }

    StopReason reason() {
        return reason;
    }
}
