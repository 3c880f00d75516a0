package dev.lorikeet.scheduler.kafka;

import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** Tenants: publish requests, read events and dead letters from the beginning. Used by one thread. */
final class Tenants implements AutoCloseable {
    private static final long PATIENCE = Duration.ofSeconds(60).toNanos();

    private final Producer<byte[], byte[]> producer;
    private final Consumer<byte[], byte[]> consumer;
    private final List<TrainingEvent> events = new ArrayList<>();
    private final List<DeadLetter> letters = new ArrayList<>();

    Tenants(String bootstrapServers) {
        // Their own clients' limits are theirs.
        KafkaSettings settings = Fixture.kafka(bootstrapServers, "tenants", Map.of("max.request.size", "8388608"));
        this.producer = settings.producer("tenants");
        this.consumer = settings.reader("tenants");
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(Topics.EVENTS, Topics.DEAD_LETTERS)) {
            consumer.partitionsFor(topic).forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    void publish(String tenant, String json) {
        publish(tenant, json, "submit");
    }

    /** On the tenant's own topic, where the broker vouches for it. */
    @SuppressWarnings("FutureReturnValueIgnored") // flushed at once
    void publishOnOwnTopic(String tenant, String json) {
        producer.send(new ProducerRecord<>(Topics.TENANT_REQUESTS + tenant, bytes(json)));
        producer.flush();
    }

    void cancel(String tenant, String job) {
        publish(tenant, "{\"job\":\"" + job + "\"}", "cancel");
    }

    @SuppressWarnings("FutureReturnValueIgnored") // flushed at once
    private void publish(String tenant, String json, String command) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(Topics.REQUESTS, bytes(tenant), bytes(json));
        message.headers()
                .add(Topics.AUTHORIZATION, bytes("Bearer " + Fixture.key(tenant)))
                .add(Topics.COMMAND, bytes(command));
        producer.send(message);
        producer.flush();
    }

    List<TrainingEvent> events() {
        return events;
    }

    List<TrainingEvent> eventsOf(String job) {
        return events.stream().filter(event -> event.getJob().equals(job)).toList();
    }

    List<DeadLetter> letters() {
        return letters;
    }

    /** The first event, old or new, that is so. */
    TrainingEvent await(Predicate<TrainingEvent> wanted) {
        awaitThat(() -> events.stream().anyMatch(wanted));
        return events.stream().filter(wanted).findFirst().orElseThrow();
    }

    DeadLetter awaitLetter(Predicate<DeadLetter> wanted) {
        awaitThat(() -> letters.stream().anyMatch(wanted));
        return letters.stream().filter(wanted).findFirst().orElseThrow();
    }

    interface Condition {
        boolean holds();
    }

    void awaitThat(Condition condition) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                fail("did not happen in time; events so far: " + events + "; dead letters: " + letters);
            }
            poll(Duration.ofMillis(100));
        }
    }

    void poll(Duration patience) {
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(patience)) {
            String json = new String(message.value(), StandardCharsets.UTF_8);
            try {
                if (message.topic().equals(Topics.EVENTS)) {
                    TrainingEvent.Builder event = TrainingEvent.newBuilder();
                    JsonFormat.parser().merge(json, event);
                    events.add(event.build());
                } else {
                    DeadLetter.Builder letter = DeadLetter.newBuilder();
                    JsonFormat.parser().merge(json, letter);
                    letters.add(letter.build());
                }
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException(json, e);
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
    }
}
