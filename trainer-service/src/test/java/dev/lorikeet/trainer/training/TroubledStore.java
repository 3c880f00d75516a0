package dev.lorikeet.trainer.training;

import dev.lorikeet.registry.memory.InMemoryObjectStore;
import dev.lorikeet.registry.store.ForwardingObjectStore;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreUnavailable;
import java.util.concurrent.atomic.AtomicInteger;

/** A store in memory that does not answer for a number of calls. */
final class TroubledStore extends ForwardingObjectStore {
    private final AtomicInteger failures = new AtomicInteger();

    TroubledStore() {
        super(new InMemoryObjectStore());
    }

    /** Fails the next calls. */
    void fail(int calls) {
        failures.set(calls);
    }

    @Override
    protected ObjectStore delegate() {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StoreUnavailable("the store does not answer", null);
        }
        return super.delegate();
    }
}
