package dev.lorikeet.registry.adapter;

import dev.lorikeet.local.s3.EmbeddedStore;
import dev.lorikeet.registry.s3.EmbeddedS3;
import dev.lorikeet.registry.s3.S3ObjectStore;
import dev.lorikeet.registry.store.ObjectStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Adapters over a real S3 server. */
final class AdaptersOverS3Test extends AdaptersContract {
    private static EmbeddedStore server;
    private static ObjectStore store;

    @BeforeAll
    static void connect(@TempDir Path folder) throws Exception {
        server = EmbeddedS3.start(folder);
        store = S3ObjectStore.connect(EmbeddedS3.settings(server.access()));
    }

    @AfterAll
    static void disconnect() {
        store.close();
        server.close();
    }

    @Override
    ObjectStore store() {
        return store;
    }
}
