package dev.lorikeet.registry.store;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A store that does everything by another one: the base of stores that change or watch a few operations. Override what
 * is to differ, or {@link #delegate}, which every operation but {@link #close} asks for the other store once.
 */
public abstract class ForwardingObjectStore implements ObjectStore {
    private final ObjectStore store;

    /** Over that store. */
    protected ForwardingObjectStore(ObjectStore store) {
        this.store = store;
    }

    /** The other store; whatever it throws is thrown by the operation that asks. */
    protected ObjectStore delegate() {
        return store;
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return delegate().putIfAbsent(key, content);
    }

    @Override
    public boolean putIfAbsent(String key, Path file) {
        return delegate().putIfAbsent(key, file);
    }

    @Override
    public byte[] get(String key) {
        return delegate().get(key);
    }

    @Override
    public InputStream openStream(String key) {
        return delegate().openStream(key);
    }

    @Override
    public OptionalLong size(String key) {
        return delegate().size(key);
    }

    @Override
    public Page list(String prefix, String after, int limit) {
        return delegate().list(prefix, after, limit);
    }

    @Override
    public Page folders(String prefix, String after, int limit) {
        return delegate().folders(prefix, after, limit);
    }

    @Override
    public void delete(String key) {
        delegate().delete(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
