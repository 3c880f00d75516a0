package dev.lorikeet.registry.memory;

import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.ObjectStoreContract;

final class InMemoryObjectStoreTest extends ObjectStoreContract {
    private final ObjectStore store = new InMemoryObjectStore();

    @Override
    protected ObjectStore store() {
        return store;
    }
}
