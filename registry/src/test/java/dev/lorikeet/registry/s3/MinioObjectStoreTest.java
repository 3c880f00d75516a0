package dev.lorikeet.registry.s3;

import dev.lorikeet.registry.store.ObjectStore;
import dev.lorikeet.registry.store.ObjectStoreContract;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.MinIOContainer;

/** The same contract on MinIO, where a Docker engine is present. */
final class MinioObjectStoreTest extends ObjectStoreContract {
    private static MinIOContainer server;
    private static ObjectStore store;

    @BeforeAll
    static void connect() {
        Assumptions.assumeTrue(dockerIsPresent(), "No Docker engine");
        server = new MinIOContainer("minio/minio:RELEASE.2025-04-22T22-12-26Z");
        server.start();
        store = S3ObjectStore.connect(new StoreSettings(
                URI.create(server.getS3URL()), "lorikeet", server.getUserName(), server.getPassword(), "us-east-1"));
    }

    @AfterAll
    static void disconnect() {
        if (store != null) {
            store.close();
        }
        if (server != null) {
            server.stop();
        }
    }

    @Override
    protected ObjectStore store() {
        return store;
    }

    private static boolean dockerIsPresent() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
