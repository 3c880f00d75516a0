package dev.lorikeet.trainer.training;

import dev.lorikeet.trainer.attempt.FailureKind;
import dev.lorikeet.trainer.attempt.RunOutcome;
import org.jspecify.annotations.Nullable;

/** Unwinds a run that cannot go on, with what the tenant will be told. */
final class FailRun extends RuntimeException {
    private final RunOutcome.Failed outcome;

    FailRun(FailureKind kind, String reason, @Nullable Throwable cause) {
        this(new RunOutcome.Failed(kind, reason), cause);
    }

    FailRun(RunOutcome.Failed outcome, @Nullable Throwable cause) {
        super(outcome.reason(), cause);
        this.outcome = outcome;
    }

    RunOutcome.Failed outcome() {
        return outcome;
    }
}
