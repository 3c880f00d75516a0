package dev.lorikeet.trainer.training;

/** Asked between any two pieces of work. */
@FunctionalInterface
interface Checks {
    /**
     * Returns if the attempt may go on.
     *
     * @throws StopRun if not
     */
    void goOn();
}
