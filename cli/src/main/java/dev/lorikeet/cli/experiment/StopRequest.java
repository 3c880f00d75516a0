package dev.lorikeet.cli.experiment;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Whether the process has been told to end (SIGINT, SIGTERM). Work asks between steps; the end of the process waits until
 * this is closed, since libtorch does not survive that its library is taken down under a running step.
 *
 * <p>Made and closed by the thread that works; any thread may ask for the stop.
 */
final class StopRequest implements AutoCloseable {
    /** Longer than any step. */
    private static final long PATIENCE_SECONDS = 180;

    private final CountDownLatch released = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("stop-request").unstarted(this::end);
    private volatile boolean requested;

    private StopRequest() {}

    /** Listens from now on. */
    static StopRequest listen() {
        StopRequest request = new StopRequest();
        Runtime.getRuntime().addShutdownHook(request.hook);
        return request;
    }

    private void end() {
        request();
        try {
            if (!released.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("no step ended in " + PATIENCE_SECONDS + " seconds: ending in the middle of one");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Has the work stop when it asks next. */
    void request() {
        requested = true;
    }

    /** Whether the work should stop. */
    boolean requested() {
        return requested;
    }

    /** Everything native is given back: the process may end. */
    @Override
    public void close() {
        released.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending, and waited for this.
        }
    }
}
