package dev.lorikeet.cli.job;

import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.registry.dataset.Datasets;
import dev.lorikeet.registry.s3.S3ObjectStore;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.tenancy.TenantId;
import java.io.IOException;
import java.io.InputStream;

/** Brings a dataset into the object store, under the tenant's own prefix. */
public final class Upload {

    private Upload() {}

    /**
     * Uploads; the same content twice is stored once.
     *
     * @param platform has a store, and knows the tenant
     * @param content JSONL; read to its end
     * @return the address that a request carries: {@code s3://...}
     */
    public static String dataset(Platform platform, InputStream content) throws IOException {
        StoreSettings settings = platform.store()
                .orElseThrow(() -> new CommandFailure("There is no object store to upload to: name one by --store, or"
                        + " send the examples within the request by --inline (up to 512 KiB)."));
        String tenant = platform.identity()
                .tenant()
                .orElseThrow(() -> new CommandFailure("An upload needs to know the tenant: name it by --tenant."));
        try (S3ObjectStore store = S3ObjectStore.connect(settings)) {
            return new Datasets(store, Datasets.DEFAULT_MAX_BYTES)
                    .put(new TenantId(tenant), content)
                    .uri(settings.bucket());
        }
    }
}
