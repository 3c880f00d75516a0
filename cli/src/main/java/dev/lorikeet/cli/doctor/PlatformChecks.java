package dev.lorikeet.cli.doctor;

import dev.lorikeet.cli.grpc.Services;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.registry.s3.S3ObjectStore;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.registry.store.RegistryException;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/** Asks every part of a running platform how it is. */
final class PlatformChecks {

    private static final int PATIENCE_MS = 5_000;

    private PlatformChecks() {}

    static List<Check> of(Platform platform) {
        List<Check> checks = new ArrayList<>();
        platform.kafka().ifPresent(servers -> checks.add(kafka(servers, platform.kafkaSettings())));
        platform.store().ifPresent(settings -> checks.add(store(settings)));
        platform.scheduler().ifPresent(address -> checks.add(service("scheduler-service", address)));
        platform.serving().ifPresent(address -> checks.add(service("serving-service", address)));
        return checks;
    }

    private static Check service(String name, String address) {
        ManagedChannel channel = Services.open(address);
        try {
            ServingStatus status = HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE_MS, TimeUnit.MILLISECONDS)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
            return status == ServingStatus.SERVING
                    ? Check.ok(name, "serving at " + address)
                    : Check.fail(name, status + " at " + address, "Wait a moment if it has just started; see its log.");
        } catch (StatusRuntimeException failure) {
            return Check.fail(
                    name,
                    failure.getStatus().getCode() + " at " + address,
                    "Is it running? On this machine: ./lorikeet up.");
        } finally {
            channel.shutdownNow();
        }
    }

    private static Check kafka(String servers, Map<String, String> security) {
        Map<String, Object> settings = new HashMap<>(security);
        settings.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, PATIENCE_MS);
        try (Admin admin = Admin.create(settings)) {
            int brokers = admin.describeCluster().nodes().get().size();
            return Check.ok("Kafka", brokers + (brokers == 1 ? " broker at " : " brokers at ") + servers);
        } catch (ExecutionException | KafkaException failure) {
            return Check.fail("Kafka", "no answer from " + servers, "Is it running? On this machine: ./lorikeet up.");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Check.fail("Kafka", "interrupted", "");
        }
    }

    private static Check store(StoreSettings settings) {
        try (S3ObjectStore store = S3ObjectStore.connect(settings)) {
            store.list("tenants/", "", 1);
            return Check.ok("object store", settings.toString());
        } catch (RegistryException failure) {
            return Check.fail(
                    "object store",
                    settings + ": " + failure.getMessage(),
                    "Is it running, and are the keys right? On this machine: ./lorikeet up.");
        }
    }
}
