package dev.lorikeet.trainer.kafka;

import dev.lorikeet.proto.trainer.v1.TrainerCommand;
import dev.lorikeet.proto.trainer.v1.TrainerReport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Plays the scheduler: orders in transactions as the real one does, and reads what the trainer reports. */
public final class ScriptedScheduler implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final Deque<TrainerReport> arrived = new ArrayDeque<>();
    private final List<TrainerReport> all = new ArrayList<>();

    /** A scheduler that reads reports from now on. */
    public ScriptedScheduler(String bootstrapServers) {
        producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "scheduler-" + UUID.randomUUID()),
                new StringSerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        consumer = new KafkaConsumer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(Topics.REPORTS).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** Sends an order. */
    public void send(TrainerCommand command) throws InterruptedException {
        sendRaw(command.getTrainer(), command.toByteArray());
    }

    /** Sends whatever bytes. */
    public void sendRaw(String key, byte[] value) throws InterruptedException {
        producer.beginTransaction();
        try {
            producer.send(new ProducerRecord<>(Topics.ASSIGNMENTS, key, value)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the order was not sent", e);
        }
        producer.commitTransaction();
    }

    /** Waits for the next report of which something is true, passing over others. */
    public TrainerReport await(Predicate<TrainerReport> wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            while (!arrived.isEmpty()) {
                TrainerReport report = arrived.poll();
                if (wanted.test(report)) {
                    return report;
                }
            }
            poll(Duration.ofMillis(200));
        }
        throw new AssertionError("no such report came; these did: " + all);
    }

    /** Waits for a report of a kind. */
    public TrainerReport await(TrainerReport.ReportCase kind) {
        return await(report -> report.getReportCase() == kind);
    }

    /** All reports that have arrived, in order. */
    public List<TrainerReport> seen() {
        poll(Duration.ofMillis(200));
        return List.copyOf(all);
    }

    private void poll(Duration time) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(time)) {
            try {
                TrainerReport report = TrainerReport.parseFrom(record.value());
                arrived.add(report);
                all.add(report);
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                throw new AssertionError("a report cannot be read", e);
            }
        }
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
