package dev.lorikeet.trainer.attempt;

import java.time.Duration;

/** What the loop has to do after a decision. */
public sealed interface Effect {
    /**
     * Start a run.
     *
     * @param assignment of what
     * @param leaseEnd when its lease runs out, on the clock of {@code decide}
     */
    record Start(Assignment assignment, Duration leaseEnd) implements Effect {}

    /**
     * Tell a run that its lease runs longer.
     *
     * @param attempt whose
     * @param leaseEnd when its lease runs out, on the clock of {@code decide}
     */
    record Extend(AttemptKey attempt, Duration leaseEnd) implements Effect {}

    /**
     * Tell a run to stop.
     *
     * @param attempt whose
     * @param reason why
     */
    record Stop(AttemptKey attempt, StopReason reason) implements Effect {}

    /**
     * Tell the scheduler how an attempt ended.
     *
     * @param attempt which
     * @param outcome how
     */
    record ReportEnd(AttemptKey attempt, End outcome) implements Effect {}

    /**
     * Tell the scheduler that this trainer takes no more work, before the first attempt is given back; the attempts
     * still held go on under their leases until each has its own report.
     */
    record ReportStopping() implements Effect {}

    /** How an attempt ended, as the scheduler is told. */
    sealed interface End {
        /**
         * With a version.
         *
         * @param outcome which
         */
        record Succeeded(RunOutcome.Published outcome) implements End {}

        /**
         * Badly.
         *
         * @param outcome how
         */
        record Failed(RunOutcome.Failed outcome) implements End {}

        /** As ordered. */
        record Cancelled() implements End {}

        /**
         * Given back.
         *
         * @param checkpointStep step of its newest checkpoint; 0 if there is none
         */
        record Preempted(int checkpointStep) implements End {}
    }
}
