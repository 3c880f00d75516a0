package dev.lorikeet.local.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.local.infrastructure.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedKafkaTest {
    private static final TopicPartition JOURNAL = new TopicPartition("lorikeet.scheduler.journal", 0);

    @TempDir
    Path folder;

    @Test
    void committedTransactionsAreReadAfterARestartOnOtherPortsAndAbortedOnesNever() throws Exception {
        String cluster;
        try (EmbeddedKafka kafka = start()) {
            kafka.createTopics(Topics.ALL);
            try (KafkaProducer<String, String> producer = producer(kafka)) {
                producer.initTransactions();
                producer.beginTransaction();
                var _ = producer.send(new ProducerRecord<>(JOURNAL.topic(), "job", "aborted"));
                producer.flush();
                producer.abortTransaction();
                producer.beginTransaction();
                var _ = producer.send(new ProducerRecord<>(JOURNAL.topic(), "job", "committed"));
                producer.commitTransaction();
            }
            cluster = clusterId(kafka);
        }

        try (EmbeddedKafka kafka = start()) {
            kafka.createTopics(Topics.ALL);

            assertThat(readAll(kafka)).containsExactly("committed");
            assertThat(clusterId(kafka)).isEqualTo(cluster);
        }
    }

    @Test
    void aSecondTransactionalProducerFencesTheFirst() throws Exception {
        try (EmbeddedKafka kafka = start()) {
            kafka.createTopics(Topics.ALL);
            try (KafkaProducer<String, String> first = producer(kafka);
                    KafkaProducer<String, String> second = producer(kafka)) {
                first.initTransactions();
                first.beginTransaction();
                var _ = first.send(new ProducerRecord<>(JOURNAL.topic(), "job", "late"));
                second.initTransactions();

                assertThat(catching(first::commitTransaction)).isNotNull();
            }
            assertThat(readAll(kafka)).isEmpty();
        }
    }

    @Test
    void theJournalIsKeptForEverAndAdapterEventsAreCompacted() throws Exception {
        try (EmbeddedKafka kafka = start()) {
            kafka.createTopics(Topics.ALL);
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
                ConfigResource journal = new ConfigResource(ConfigResource.Type.TOPIC, JOURNAL.topic());
                ConfigResource adapters = new ConfigResource(ConfigResource.Type.TOPIC, "lorikeet.adapter.events");
                assertThat(setting(admin, journal, "retention.ms")).isEqualTo("-1");
                assertThat(setting(admin, journal, "cleanup.policy")).isEqualTo("delete");
                assertThat(setting(admin, adapters, "cleanup.policy")).isEqualTo("compact");
            }
        }
    }

    private static String setting(Admin admin, ConfigResource topic, String name) throws Exception {
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(topic)).all().get().get(topic))
                .get(name)
                .value();
    }

    private EmbeddedKafka start() throws Exception {
        List<Integer> ports = FreePorts.choose(List.of(0, 0));
        return EmbeddedKafka.start(folder, ports.get(0), ports.get(1));
    }

    private static KafkaProducer<String, String> producer(EmbeddedKafka kafka) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "test"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> readAll(EmbeddedKafka kafka) {
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(JOURNAL));
            consumer.seekToBeginning(List.of(JOURNAL));
            long end =
                    Objects.requireNonNull(consumer.endOffsets(List.of(JOURNAL)).get(JOURNAL));
            List<String> values = new ArrayList<>();
            while (consumer.position(JOURNAL) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(record.value());
                }
            }
            return values;
        }
    }

    private static String clusterId(EmbeddedKafka kafka) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static Throwable catching(Runnable action) {
        try {
            action.run();
            throw new AssertionError("nothing was thrown");
        } catch (RuntimeException e) {
            return e;
        }
    }
}
