package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory that does not answer for a number of calls. */
final class TroubledStore implements ObjectStore {
    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private final AtomicInteger failures = new AtomicInteger();

    /** Fails the next calls. */
    void fail(int calls) {
        failures.set(calls);
    }

    private ObjectStore answering() {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StoreUnavailable("the store does not answer", null);
        }
        return store;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return answering().putIfAbsent(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        return answering().putIfAbsent(key, file);
    }

    @Override
    public byte[] get(String key) {
        return answering().get(key);
    }

    @Override
    public InputStream openStream(String key) {
        return answering().openStream(key);
    }

    @Override
    public OptionalLong size(String key) {
        return answering().size(key);
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        return answering().list(prefix, after, limit);
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        return answering().folders(prefix, after, limit);
    }

    @Override
    public void delete(String key) {
        answering().delete(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
