package dev.lorikeet.registry.dataset;

import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.FileContent;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.TooLarge;
import dev.lorikeet.registry.store.VerifyingInputStream;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** The tenants' datasets: the same content of a tenant is stored once, and an address never changes its meaning. */
public final class Datasets {
    /** What a dataset may have at most unless told otherwise: 1 GiB. */
    public static final long DEFAULT_MAX_BYTES = 1L << 30;

    private final ObjectStore store;
    private final long maxBytes;

    /**
     * Datasets in a store.
     *
     * @param maxBytes largest dataset
     */
    public Datasets(ObjectStore store, long maxBytes) {
        this.store = store;
        this.maxBytes = maxBytes;
    }

    /**
     * Stores a small dataset.
     *
     * @throws TooLarge if it is larger than the limit
     */
    public DatasetAddress put(TenantId tenant, byte[] content) {
        if (content.length > maxBytes) {
            throw tooLarge();
        }
        return put(tenant, FileContent.of(content));
    }

    /**
     * Stores a dataset of any size up to the limit: through a temporary file, since its digest names it.
     *
     * @throws TooLarge if it is larger than the limit
     * @throws IOException if it cannot be read, or the disk fails
     */
    public DatasetAddress put(TenantId tenant, InputStream content) throws IOException {
        Path spool = Files.createTempFile("lorikeet-dataset-", ".jsonl");
        try {
            try (OutputStream out = Files.newOutputStream(spool)) {
                byte[] buffer = new byte[64 * 1024];
                long size = 0;
                for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
                    size += n;
                    if (size > maxBytes) {
                        throw tooLarge();
                    }
                    out.write(buffer, 0, n);
                }
            }
            return put(tenant, FileContent.of(spool));
        } finally {
            Files.delete(spool);
        }
    }

    private DatasetAddress put(TenantId tenant, FileContent content) {
        DatasetAddress address = new DatasetAddress(tenant, content.sha256());
        content.storeVerified(store, address.key());
        return address;
    }

    /** Whether there is such a dataset. */
    public boolean exists(DatasetAddress address) {
        return store.size(address.key()).isPresent();
    }

    /**
     * A dataset as a stream that reaches its end only if the digest is right: its reader gets a {@link Corrupt} instead
     * of the end otherwise, so nothing may be done with the content before all is read.
     *
     * @throws NotFound if there is none
     * @throws TooLarge if it is larger than the limit
     */
    public InputStream open(DatasetAddress address) {
        OptionalLong size = store.size(address.key());
        if (size.isEmpty()) {
            throw new NotFound("There is no dataset " + address.relative() + " of tenant " + address.tenant());
        }
        if (size.getAsLong() > maxBytes) {
            throw tooLarge();
        }
        return new VerifyingInputStream(
                store.openStream(address.key()), address.key(), size.getAsLong(), address.sha256());
    }

    private TooLarge tooLarge() {
        return new TooLarge("The dataset has more than " + maxBytes + " bytes");
    }
}
