package dev.lorikeet.cli.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.terminal.CommandFailure;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads the training events that come after its making: open it before publishing the request whose events are wanted.
 * For one thread.
 */
public final class EventReader implements AutoCloseable {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(15);
    private static final JsonFormat.Parser JSON = JsonFormat.parser().ignoringUnknownFields();

    private final KafkaConsumer<String, String> consumer;

    /**
     * Opens a consumer at the end of every partition.
     *
     * @param platform brokers
     */
    public EventReader(Platform platform) {
        Map<String, Object> settings = new HashMap<>(platform.kafkaSettings());
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers());
        // Only what the scheduler committed.
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
        try {
            List<TopicPartition> partitions = consumer.partitionsFor(TrainingTopics.EVENTS, ANSWER_WITHIN).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new CommandFailure("Kafka at " + platform.bootstrapServers() + " has no topic "
                        + TrainingTopics.EVENTS + ": is the scheduler-service running?");
            }
            consumer.assign(partitions);
            // Pinned now, not at the first poll.
            consumer.endOffsets(partitions, ANSWER_WITHIN).forEach(consumer::seek);
        } catch (KafkaException failure) {
            consumer.close();
            throw new CommandFailure(
                    "Kafka at " + platform.bootstrapServers() + " does not answer: " + failure.getMessage(), failure);
        }
    }

    /**
     * The next events of all tenants that this credential may read, possibly none.
     *
     * @param patience waits at most so long
     */
    public List<TrainingEvent> poll(Duration patience) {
        List<TrainingEvent> events = new ArrayList<>();
        for (ConsumerRecord<String, String> record : consumer.poll(patience)) {
            TrainingEvent.Builder event = TrainingEvent.newBuilder();
            try {
                JSON.merge(record.value(), event);
            } catch (InvalidProtocolBufferException damaged) {
                throw new CommandFailure(
                        "The event at " + record.topic() + "-" + record.partition() + "@" + record.offset()
                                + " cannot be read: " + damaged.getMessage(),
                        damaged);
            }
            events.add(event.build());
        }
        return events;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
