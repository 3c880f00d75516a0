package dev.lorikeet.scheduler.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lorikeet.proto.scheduler.v1.JournalRecord;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.protobuf.JournalParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the journal from its beginning, committed records alone. Used by one thread. */
final class Journal implements AutoCloseable {
    private static final TopicPartition PARTITION = new TopicPartition(Topics.JOURNAL, 0);

    private final Consumer<byte[], byte[]> consumer;

    Journal(KafkaSettings settings) {
        this.consumer = settings.reader("journal");
        consumer.assign(List.of(PARTITION));
        consumer.seekToBeginning(List.of(PARTITION));
    }

    List<JournalEntry> poll(Duration patience) {
        List<JournalEntry> entries = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> kept : consumer.poll(patience)) {
            try {
                entries.add(JournalParser.toEntry(JournalRecord.parseFrom(kept.value())));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalStateException("journal record " + kept.offset() + " cannot be read", e);
            }
        }
        return entries;
    }

    /** The end of what is committed now. */
    long end() {
        return consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
    }

    /** Up to where it was read. */
    long position() {
        return consumer.position(PARTITION);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
