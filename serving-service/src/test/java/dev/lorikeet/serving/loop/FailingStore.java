package dev.lorikeet.serving.loop;

import dev.lorikeet.registry.store.ForwardingObjectStore;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that can be away, and counts how often it is asked. */
final class FailingStore extends ForwardingObjectStore {
    final AtomicInteger calls = new AtomicInteger();
    final List<String> opened = new CopyOnWriteArrayList<>();
    volatile boolean away;

    FailingStore(ObjectStore store) {
        super(store);
    }

    @Override
    protected ObjectStore delegate() {
        calls.incrementAndGet();
        if (away) {
            throw new StoreUnavailable("away, by the test", new IOException("away"));
        }
        return super.delegate();
    }

    @Override
    public InputStream openStream(String key) {
        opened.add(key);
        return super.openStream(key);
    }
}
