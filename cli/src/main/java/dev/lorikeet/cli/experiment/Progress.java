package dev.lorikeet.cli.experiment;

import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * What long work tells, and is told, between its steps.
 *
 * @param said takes a line
 * @param stop whether to stop
 */
record Progress(Consumer<String> said, BooleanSupplier stop) {
    /** Tells a line. */
    void say(String line) {
        said.accept(line);
    }

    /**
     * Asked before every step.
     *
     * @throws StoppedException if the work is to end here
     */
    void mayGoOn() {
        if (stop.getAsBoolean()) {
            throw new StoppedException();
        }
    }
}
