package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.local.TestInfrastructure;
import dev.lorikeet.registry.s3.StoreSettings;
import java.net.URI;
import org.testcontainers.containers.MinIOContainer;
import org.testcontainers.kafka.KafkaContainer;

/** A broker and a store to test against. */
interface Backend extends AutoCloseable {
    String bootstrapServers();

    StoreSettings store();

    @Override
    void close();

    /** In this JVM. */
    static Backend embedded() {
        TestInfrastructure infrastructure = TestInfrastructure.start();
        return new Backend() {
            @Override
            public String bootstrapServers() {
                return infrastructure.bootstrapServers();
            }

            @Override
            public StoreSettings store() {
                var access = infrastructure.store();
                return new StoreSettings(
                        access.endpoint(), access.bucket(), access.accessKey(), access.secretKey(), "us-east-1");
            }

            @Override
            public void close() {
                infrastructure.close();
            }
        };
    }

    /** In containers. */
    static Backend containers() {
        KafkaContainer kafka = new KafkaContainer("apache/kafka:4.1.1");
        MinIOContainer minio = new MinIOContainer("minio/minio:RELEASE.2025-04-22T22-12-26Z");
        kafka.start();
        minio.start();
        return new Backend() {
            @Override
            public String bootstrapServers() {
                return kafka.getBootstrapServers();
            }

            @Override
            public StoreSettings store() {
                return new StoreSettings(
                        URI.create(minio.getS3URL()),
                        "lorikeet",
                        minio.getUserName(),
                        minio.getPassword(),
                        "us-east-1");
            }

            @Override
            public void close() {
                kafka.close();
                minio.close();
            }
        };
    }
}
