package dev.lorikeet.serving.loop;

import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that can be away, and counts how often it is asked. */
final class FailingStore implements ObjectStore {
    final AtomicInteger calls = new AtomicInteger();
    final List<String> opened = new CopyOnWriteArrayList<>();
    volatile boolean away;
    private final ObjectStore store;

    FailingStore(ObjectStore store) {
        this.store = store;
    }

    private ObjectStore store() {
        calls.incrementAndGet();
        if (away) {
            throw new StoreUnavailable("away, by the test", new IOException("away"));
        }
        return store;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return store().putIfAbsent(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        return store().putIfAbsent(key, file);
    }

    @Override
    public byte[] get(String key) {
        return store().get(key);
    }

    @Override
    public InputStream openStream(String key) {
        opened.add(key);
        return store().openStream(key);
    }

    @Override
    public OptionalLong size(String key) {
        return store().size(key);
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        return store().list(prefix, after, limit);
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        return store().folders(prefix, after, limit);
    }

    @Override
    public void delete(String key) {
        store().delete(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
