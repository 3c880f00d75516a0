package dev.lorikeet.serving.loop;

import java.util.ArrayList;
import java.util.List;

/** How long a call may last: its deadline, and whether its caller has gone away. Thread-safe. */
public final class CallScope {
    private final long deadline;
    private final List<Runnable> listeners = new ArrayList<>();
    private boolean cancelled;

    /** A call that must end at {@code deadlineNanos} of {@link System#nanoTime}; {@link Long#MAX_VALUE}: never. */
    public CallScope(long deadlineNanos) {
        this.deadline = deadlineNanos;
    }

    public long deadlineNanos() {
        return deadline;
    }

    /** The caller has gone away. The second time nothing happens. */
    public void cancel() {
        List<Runnable> told;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            told = List.copyOf(listeners);
            listeners.clear();
        }
        told.forEach(Runnable::run);
    }

    public synchronized boolean cancelled() {
        return cancelled;
    }

    /** Runs {@code listener} once the caller has gone away, at once if it has; it must be quick. */
    public void onCancel(Runnable listener) {
        synchronized (this) {
            if (!cancelled) {
                listeners.add(listener);
                return;
            }
        }
        listener.run();
    }
}
