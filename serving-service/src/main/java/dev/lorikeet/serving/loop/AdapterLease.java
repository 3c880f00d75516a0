package dev.lorikeet.serving.loop;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The right to use an adapter in memory until closed. Closing it again does nothing: it is counted once. */
public final class AdapterLease implements AutoCloseable {
    private final @Nullable ResidentAdapter adapter;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    AdapterLease(@Nullable ResidentAdapter adapter, Runnable release) {
        this.adapter = adapter;
        this.release = release;
    }

    /** Of the base model, which is always there. */
    public static AdapterLease base() {
        return new AdapterLease(null, () -> {});
    }

    /** The adapter; null for the base model. */
    public @Nullable ResidentAdapter adapter() {
        if (closed.get()) {
            throw new IllegalStateException("the lease was given up");
        }
        return adapter;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
