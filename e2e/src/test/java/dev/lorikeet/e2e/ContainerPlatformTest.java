package dev.lorikeet.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lorikeet.local.s3.StoreAccess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.kafka.KafkaContainer;

/** The suite over Apache Kafka's and MinIO's own images; skipped where no Docker engine answers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContainerPlatformTest extends PlatformSuite {
    private @Nullable KafkaContainer kafka;
    private @Nullable MinIOContainer minio;
    private @Nullable Platform platform;

    @BeforeAll
    void start(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws IOException {
        assumeTrue(dockerAnswers(), "no Docker engine answers");
        KafkaContainer broker = new KafkaContainer("apache/kafka:4.1.1");
        kafka = broker;
        broker.start();
        MinIOContainer store = new MinIOContainer("minio/minio:RELEASE.2025-04-22T22-12-26Z");
        minio = store;
        store.start();
        platform = Platform.over(
                new Platform.Backends(
                        broker.getBootstrapServers(),
                        new StoreAccess(
                                URI.create(store.getS3URL()), "lorikeet", store.getUserName(), store.getPassword())),
                folder);
    }

    @AfterAll
    void stop() {
        if (platform != null) {
            platform.close();
        }
        if (minio != null) {
            minio.stop();
        }
        if (kafka != null) {
            kafka.stop();
        }
    }

    private static boolean dockerAnswers() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException | LinkageError e) {
            return false;
        }
    }

    @Override
    Platform platform() {
        Platform started = platform;
        if (started == null) {
            throw new IllegalStateException("the platform did not start");
        }
        return started;
    }
}
