package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
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

    /**
     * Lets a call pass whose caller is still there.
     *
     * @throws dev.lorikeet.serving.rejection.RejectedException CANCELLED if it is not
     */
    void requireHere() {
        if (cancelled()) {
            throw Rejection.of(Code.CANCELLED, "the caller went away").asException();
        }
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
