package dev.lorikeet.trainer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.proto.trainer.v1.Assignment;
import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import dev.lorikeet.proto.trainer.v1.TrainerReport.ReportCase;
import dev.lorikeet.proto.training.v1.FailureKind;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.config.StoreConfig;
import dev.lorikeet.registry.config.StoreConnection;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.trainer.kafka.Requests;
import dev.lorikeet.trainer.kafka.ScriptedScheduler;
import dev.lorikeet.trainer.training.TinyModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The application as it is deployed: real broker, real store, a tiny model, a scripted scheduler. */
@QuarkusTest
@QuarkusTestResource(Surroundings.class)
@Timeout(180)
@SuppressWarnings("NullAway.Init") // Quarkus fills the fields in.
class TrainerServiceTest {
    private static final TenantId ACME = new TenantId("acme");

    @Inject
    KafkaConfig kafka;

    @Inject
    StoreConfig store;

    @TestHTTPResource
    URI address;

    @Test
    void assignmentOnKafkaBecomesAnAnnouncedVersion() throws InterruptedException, IOException {
        try (ScriptedScheduler scheduler = new ScriptedScheduler(kafka.bootstrapServers());
                Registry registry = registry()) {
            TrainerReport alive = scheduler.await(ReportCase.HEARTBEAT);
            DatasetAddress dataset = registry.datasets()
                    .put(
                            ACME,
                            "{\"prompt\": \"colour?\", \"completion\": \" blue\"}\n"
                                    .repeat(6)
                                    .getBytes(StandardCharsets.UTF_8));

            scheduler.send(order(alive, "j-a", dataset));
            scheduler.await(ReportCase.STARTED);
            TrainerReport progress = scheduler.await(ReportCase.PROGRESS);
            scheduler.await(ReportCase.CHECKPOINTED);
            TrainerReport end = scheduler.await(report -> report.hasSucceeded() || report.hasFailed());

            assertThat(alive.getHeartbeat().getCapacity().getBaseModelsList()).containsExactly(TinyModel.NAME);
            assertThat(alive.getHeartbeat().getCapacity().getDevice()).isEqualTo("cpu");
            assertThat(alive.getHeartbeat().getCapacity().getMemoryBytes()).isPositive();
            assertThat(progress.getProgress().getProgress().getTotalSteps()).isEqualTo(10);
            assertThat(end.hasSucceeded()).as("%s", end).isTrue();
            assertThat(end.getSucceeded().getOutcome().getVersion()).isEqualTo(1);
            assertThat(registry.adapters()
                            .newest(ACME, new AdapterName("triage"))
                            .orElseThrow()
                            .revision())
                    .isEqualTo(end.getSucceeded().getOutcome().getRevision());
            assertThat(announcement("acme/triage"))
                    .contains("\"newestVersion\":\"1\"")
                    .contains(end.getSucceeded().getOutcome().getRevision());
            assertThat(get("/q/metrics"))
                    .contains("lorikeet_trainer_attempts_total{outcome=\"succeeded\"} 1.0")
                    .contains("lorikeet_trainer_steps_total 10.0");
        }
    }

    @Test
    void badDatasetIsReportedLineByLine() throws InterruptedException, IOException {
        try (ScriptedScheduler scheduler = new ScriptedScheduler(kafka.bootstrapServers());
                Registry registry = registry()) {
            TrainerReport alive = scheduler.await(ReportCase.HEARTBEAT);
            DatasetAddress dataset = registry.datasets().put(ACME, "{}\n".getBytes(StandardCharsets.UTF_8));

            scheduler.send(order(alive, "j-b", dataset));
            TrainerReport end = scheduler.await(ReportCase.FAILED);

            assertThat(end.getFailed().getFailure().getKind()).isEqualTo(FailureKind.FAILURE_KIND_INVALID_INPUT);
            assertThat(end.getFailed().getFailure().getDatasetErrorsList())
                    .singleElement()
                    .satisfies(error -> assertThat(error.getLine()).isEqualTo(1));
        }
    }

    @Test
    void trainerThatHeardFromTheSchedulerIsReady() throws InterruptedException, IOException {
        try (ScriptedScheduler scheduler = new ScriptedScheduler(kafka.bootstrapServers())) {
            scheduler.await(ReportCase.HEARTBEAT);
        }

        assertThat(get("/q/health/ready")).contains("\"status\": \"UP\"").doesNotContain("DOWN");
        assertThat(get("/q/health/live")).contains("\"status\": \"UP\"").doesNotContain("DOWN");
    }

    private static TrainerCommand order(TrainerReport alive, String job, DatasetAddress dataset) {
        Assignment assignment =
                Requests.assignment(job, 1, Requests.request("triage", TinyModel.NAME, dataset.sha256()));
        return TrainerCommand.newBuilder()
                .setTrainer(alive.getTrainer())
                .setIncarnation(alive.getIncarnation())
                .setAssign(assignment)
                .build();
    }

    private Registry registry() {
        return Registry.connect(StoreConnection.settings(store));
    }

    private String announcement(String key) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor("lorikeet.adapter.events").stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(key)) {
                        return record.value();
                    }
                }
            }
        }
    }

    private String get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
