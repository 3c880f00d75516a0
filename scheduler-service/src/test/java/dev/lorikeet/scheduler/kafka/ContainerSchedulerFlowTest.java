package dev.lorikeet.scheduler.kafka;

import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;

/** The flow on Apache Kafka and MinIO in containers, where a Docker engine is present. */
@EnabledIf("dockerIsPresent")
class ContainerSchedulerFlowTest extends SchedulerFlow {
    static boolean dockerIsPresent() {
        try {
            return DockerClientFactory.instance().isDockerAvailable();
        } catch (RuntimeException e) {
            return false;
        }
    }

    @Override
    Backend backend() {
        return Backend.containers();
    }
}
