package dev.lorikeet.trainer.kafka;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** How far each partition has been read, so that a fresh consumer goes on there. Used by one thread. */
final class Positions {
    private final Map<TopicPartition, Long> next = new HashMap<>();

    /**
     * Puts a consumer where reading goes on: where it was; at the end for partitions known at the first call; at the
     * beginning for those that appeared later. Blocks until the broker has told the ends.
     */
    void seek(Consumer<?, ?> consumer, List<TopicPartition> partitions) {
        boolean first = next.isEmpty();
        Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long beginning = beginnings.getOrDefault(partition, 0L);
            long position = first ? ends.getOrDefault(partition, 0L) : next.getOrDefault(partition, beginning);
            next.put(partition, Math.max(position, beginning));
            consumer.seek(partition, Math.max(position, beginning));
        }
    }

    /** Notes a record as read. */
    void done(ConsumerRecord<?, ?> record) {
        next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    }
}
