package dev.lorikeet.registry.s3;

import dev.lorikeet.local.infrastructure.FreePorts;
import dev.lorikeet.local.s3.EmbeddedStore;
import dev.lorikeet.local.s3.StoreAccess;
import dev.lorikeet.registry.store.ObjectStore;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A real S3 server on a free port while a test class runs, and our client of it. */
public final class EmbeddedS3 implements BeforeAllCallback, AfterAllCallback {
    private @Nullable Path folder;
    private @Nullable EmbeddedStore server;
    private @Nullable ObjectStore store;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        Path data = Files.createTempDirectory("lorikeet-s3-");
        folder = data;
        int port = FreePorts.choose(List.of(0)).getFirst();
        server = EmbeddedStore.start(data, port, "test-access-key", "test-secret-key", "lorikeet");
        store = S3ObjectStore.connect(settings());
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (store != null) {
            store.close();
        }
        if (server != null) {
            server.close();
        }
        if (folder != null) {
            try (var files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Our client. */
    public ObjectStore store() {
        return Objects.requireNonNull(store, "the test has not begun");
    }

    /** How our client reaches it. */
    public StoreSettings settings() {
        StoreAccess access =
                Objects.requireNonNull(server, "the test has not begun").access();
        return at(access.endpoint(), access.bucket());
    }

    /** Our credentials for another bucket, or by another way. */
    StoreSettings at(URI endpoint, String bucket) {
        return new StoreSettings(endpoint, bucket, "test-access-key", "test-secret-key", "us-east-1");
    }
}
