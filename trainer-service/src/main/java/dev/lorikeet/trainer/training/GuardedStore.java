package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.store.ObjectStore;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * An object store in which an attempt writes only while it may go on: the last question before every write, so that an
 * attempt whose lease runs out while it uploads makes no version.
 */
final class GuardedStore implements ObjectStore {
    private final ObjectStore store;
    private final Checks checks;

    GuardedStore(ObjectStore store, Checks checks) {
        this.store = store;
        this.checks = checks;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        checks.goOn();
        return store.putIfAbsent(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        checks.goOn();
        return store.putIfAbsent(key, file);
    }

    @Override
    public byte[] get(String key) {
        return store.get(key);
    }

    @Override
    public InputStream openStream(String key) {
        return store.openStream(key);
    }

    @Override
    public OptionalLong size(String key) {
        return store.size(key);
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        return store.list(prefix, after, limit);
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        return store.folders(prefix, after, limit);
    }

    @Override
    public void delete(String key) {
        checks.goOn();
        store.delete(key);
    }

    /** The store belongs to the process, not to an attempt. */
    @Override
    public void close() {}
}
