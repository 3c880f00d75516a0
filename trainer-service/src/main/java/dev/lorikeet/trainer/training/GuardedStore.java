package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.store.ForwardingObjectStore;
import dev.lorikeet.registry.store.ObjectStore;
import java.nio.file.Path;

/**
 * An object store in which an attempt writes only while it may go on: the last question before every write, so that an
 * attempt whose lease runs out while it uploads makes no version.
 */
final class GuardedStore extends ForwardingObjectStore {
    private final Checks checks;

    GuardedStore(ObjectStore store, Checks checks) {
        super(store);
        this.checks = checks;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        checks.goOn();
        return super.putIfAbsent(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        checks.goOn();
        return super.putIfAbsent(key, file);
    }

    @Override
    public void delete(String key) {
        checks.goOn();
        super.delete(key);
    }

    /** The store belongs to the process, not to an attempt. */
    @Override
    public void close() {}
}
