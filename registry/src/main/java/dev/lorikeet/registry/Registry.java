package dev.lorikeet.registry;

import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.Documents;
import dev.lorikeet.registry.checkpoint.Checkpoints;
import dev.lorikeet.registry.dataset.Datasets;
import dev.lorikeet.registry.proto.ProtobufDocuments;
import dev.lorikeet.registry.s3.S3ObjectStore;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.StoreProbe;
import java.util.UUID;

/**
 * Everything that is kept in one object store.
 *
 * @param store the store
 * @param datasets what tenants train on
 * @param adapters what comes of it
 * @param checkpoints training jobs on their way
 */
public record Registry(ObjectStore store, Datasets datasets, Adapters adapters, Checkpoints checkpoints)
        implements AutoCloseable {
    /** A registry over a store. */
    public static Registry over(ObjectStore store) {
        Documents documents = new ProtobufDocuments();
        return new Registry(
                store,
                new Datasets(store, Datasets.DEFAULT_MAX_BYTES),
                new Adapters(store, documents),
                new Checkpoints(store, documents));
    }

    /**
     * Connects to an S3 store, makes the bucket if it is missing, and proves that conditional writes are honoured.
     *
     * @throws dev.lorikeet.registry.store.StoreUnavailable if the store does not answer
     * @throws dev.lorikeet.registry.store.StoreRefused if it does not let us in, or lacks conditional writes
     */
    public static Registry connect(StoreSettings settings) {
        ObjectStore store = S3ObjectStore.connect(settings);
        try {
            StoreProbe.check(store, UUID.randomUUID());
            return over(store);
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Ends the connections to the store. */
    @Override
    public void close() {
        store.close();
    }
}
