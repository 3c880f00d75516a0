package dev.lorikeet.e2e;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads training events and dead letters as a tenant would: JSON, committed transactions only. Used by one thread. */
final class Events implements AutoCloseable {
    private static final String EVENTS = "lorikeet.training.events";
    private static final String DEAD_LETTERS = "lorikeet.training.dead-letters";

    private final KafkaConsumer<String, byte[]> consumer;
    private final List<TrainingEvent> events = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();

    Events(String bootstrapServers) {
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = Stream.of(EVENTS, DEAD_LETTERS)
                .flatMap(topic -> consumer.partitionsFor(topic).stream())
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** The first event of a job of which something is true, once it is there. */
    TrainingEvent await(String job, Predicate<TrainingEvent> wanted, Duration patience) {
        return await(event -> event.getJob().equals(job) && wanted.test(event), "of job " + job, patience);
    }

    /** A job's last event, once it is there. */
    TrainingEvent awaitEnd(String job, Duration patience) {
        return await(job, event -> event.hasSucceeded() || event.hasFailed() || event.hasCancelled(), patience);
    }

    /** The rejection of the request with that idempotency key, once it is there. */
    TrainingEvent awaitRejection(String idempotencyKey) {
        return await(
                event -> event.hasRejected() && event.getIdempotencyKey().equals(idempotencyKey),
                "that rejects " + idempotencyKey,
                Duration.ofSeconds(60));
    }

    /** The first dead letter with that value, once it is there. */
    DeadLetter awaitDeadLetter(byte[] value) {
        poll(
                () -> deadLetters.stream()
                        .anyMatch(letter ->
                                java.util.Arrays.equals(letter.getValue().toByteArray(), value)),
                "no such dead letter",
                Duration.ofSeconds(60));
        return deadLetters.stream()
                .filter(letter -> java.util.Arrays.equals(letter.getValue().toByteArray(), value))
                .findFirst()
                .orElseThrow();
    }

    /** A job's events so far, in order. */
    List<TrainingEvent> of(String job) {
        return events.stream().filter(event -> event.getJob().equals(job)).toList();
    }

    private TrainingEvent await(Predicate<TrainingEvent> wanted, String what, Duration patience) {
        poll(() -> events.stream().anyMatch(wanted), "no such event " + what, patience);
        return events.stream().filter(wanted).findFirst().orElseThrow();
    }

    private void poll(BooleanSupplier done, String complaint, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(complaint + " within " + patience + "; the last events are "
                        + events.subList(Math.max(0, events.size() - 10), events.size()));
            }
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                read(record);
            }
        }
    }

    private void read(ConsumerRecord<String, byte[]> record) {
        try {
            String json = new String(record.value(), StandardCharsets.UTF_8);
            if (record.topic().equals(EVENTS)) {
                TrainingEvent.Builder event = TrainingEvent.newBuilder();
                JsonFormat.parser().merge(json, event);
                events.add(event.build());
            } else {
                DeadLetter.Builder letter = DeadLetter.newBuilder();
                JsonFormat.parser().merge(json, letter);
                deadLetters.add(letter.build());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("a record of " + record.topic() + " is not the JSON it should be", e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
