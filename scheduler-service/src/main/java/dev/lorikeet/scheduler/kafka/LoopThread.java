package dev.lorikeet.scheduler.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A thread that goes round until it is asked to end; started once. Its state can be asked from any thread. */
final class LoopThread implements AutoCloseable {
    private final String name;
    private final Duration patience;
    private volatile boolean ending;
    private @Nullable Thread thread;

    /**
     * @param name the thread's
     * @param patience how long {@link #close} waits for its end
     */
    LoopThread(String name, Duration patience) {
        this.name = name;
        this.patience = patience;
    }

    synchronized void start(Runnable body) {
        thread = Thread.ofPlatform().name(name).start(body);
    }

    /** Whether to go round again. */
    boolean goesOn() {
        return !ending;
    }

    /** Sleeps, in the thread itself; an interruption ends the loop. */
    void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            ending = true;
        }
    }

    /** Asks for the end, and waits for it. */
    @Override
    public void close() {
        ending = true;
        Thread running;
        synchronized (this) {
            running = thread;
        }
        if (running != null) {
            try {
                running.join(patience);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
