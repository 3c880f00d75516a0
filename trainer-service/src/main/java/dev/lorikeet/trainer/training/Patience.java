package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import dev.lorikeet.trainer.attempt.FailureKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.jboss.logging.Logger;

/**
 * Tries again what the surroundings spoilt: object store or network. The n-th pause is n times the first; a run that is
 * told to stop meanwhile stops.
 *
 * @param tries at most, from 1
 * @param pause after the first failure
 */
public record Patience(int tries, Duration pause) {
    private static final Logger LOG = Logger.getLogger(Patience.class);

    /** Work that may fail by the surroundings. */
    @FunctionalInterface
    interface Work<T> {
        T get() throws IOException;
    }

    /**
     * The work's result.
     *
     * @throws FailRun with kind transient when every try failed
     */
    <T> T get(String what, Checks checks, Work<T> work) {
        for (int attempt = 1; ; attempt++) {
            checks.goOn();
            try {
                return work.get();
            } catch (StoreUnavailable | StoreRefused | IOException | UncheckedIOException e) {
                if (attempt >= tries) {
                    throw new FailRun(FailureKind.TRANSIENT, what + " failed: " + e.getMessage(), e);
                }
                LOG.warnf("%s failed, trying again: %s", what, e.getMessage());
                sleep(pause.multipliedBy(attempt));
            }
        }
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the object store", e);
        }
    }
}
