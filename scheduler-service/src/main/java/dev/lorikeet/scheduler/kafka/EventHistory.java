package dev.lorikeet.scheduler.kafka;

import dev.lorikeet.proto.training.v1.TrainingEvent;
import dev.lorikeet.tenancy.JobId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/** One job's events from the topic, in order, each once: first what was told already, then what is told. */
public final class EventHistory implements AutoCloseable {
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Consumer<byte[], byte[]> consumer;
    private final byte[] key;
    private long newest;

    /**
     * Begins to read.
     *
     * @param acceptedAt when the job was accepted: there is nothing of it before
     * @param after only events with a higher sequence
     */
    public EventHistory(KafkaSettings settings, JobId job, Instant acceptedAt, long after) {
        this.consumer = settings.reader("watch");
        this.key = job.value().getBytes(StandardCharsets.UTF_8);
        this.newest = after;
        try {
            int partitions = EventFeed.partitions(consumer).size();
            // As Kafka's own producers choose it.
            TopicPartition partition =
                    new TopicPartition(Topics.EVENTS, Utils.toPositive(Utils.murmur2(key)) % partitions);
            consumer.assign(List.of(partition));
            OffsetAndTimestamp from = consumer.offsetsForTimes(
                            Map.of(partition, acceptedAt.minus(MARGIN).toEpochMilli()))
                    .get(partition);
            if (from == null) {
                consumer.seekToEnd(List.of(partition));
            } else {
                consumer.seek(partition, from.offset());
            }
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /** Further events of the job. */
    public List<TrainingEvent> poll(Duration patience) {
        List<TrainingEvent> told = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> next : consumer.poll(patience)) {
            if (Arrays.equals(key, next.key())) {
                TrainingEvent event = EventFeed.parse(next.value());
                // An acceptance that was told again has its old number.
                if (event.getSequence() > newest) {
                    newest = event.getSequence();
                    told.add(event);
                }
            }
        }
        return told;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
