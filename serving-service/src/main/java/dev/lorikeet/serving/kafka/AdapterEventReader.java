package dev.lorikeet.serving.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.lorikeet.proto.adapter.v1.AdapterEvent;
import dev.lorikeet.serving.loop.AdapterChanges;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/**
 * Reads the whole compacted topic of adapter events and follows it, on a thread of its own: every replica for itself,
 * without a group. With the broker away it waits; serving goes on by the time to live.
 */
public final class AdapterEventReader implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdapterEventReader.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PARTITIONS_EVERY = Duration.ofSeconds(30);
    private static final Duration RETRY = Duration.ofSeconds(2);

    private final Consumer<byte[], byte[]> consumer;
    private final AdapterChanges changes;
    private final Thread thread;
    private final Set<TopicPartition> assigned = new HashSet<>();
    private volatile boolean closing;
    private long partitionsReadAt;

    /** Takes over the consumer and starts. */
    public AdapterEventReader(Consumer<byte[], byte[]> consumer, AdapterChanges changes) {
        this.consumer = consumer;
        this.changes = changes;
        this.thread = Thread.ofPlatform().name("adapter-events").daemon().unstarted(this::run);
    }

    public AdapterEventReader start() {
        thread.start();
        return this;
    }

    @Override
    public void close() {
        closing = true;
        consumer.wakeup();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            while (!closing) {
                try {
                    assignPartitions();
                    if (assigned.isEmpty()) {
                        Thread.sleep(RETRY);
                    } else {
                        consumer.poll(POLL).forEach(this::take);
                    }
                } catch (WakeupException e) {
                    LOG.debug("woken up to close");
                } catch (KafkaException e) {
                    LOG.warnf("adapter events cannot be read at the moment: %s", e.getMessage());
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("reading adapter events ended; changes are seen when the time to live runs out", e);
        }
    }

    private void assignPartitions() {
        long now = System.nanoTime();
        if (!assigned.isEmpty() && now - partitionsReadAt < PARTITIONS_EVERY.toNanos()) {
            return;
        }
        partitionsReadAt = now;
        List<PartitionInfo> partitions = consumer.partitionsFor(AdapterEventLog.TOPIC);
        Set<TopicPartition> added = new HashSet<>();
        for (PartitionInfo partition : partitions == null ? List.<PartitionInfo>of() : partitions) {
            TopicPartition name = new TopicPartition(partition.topic(), partition.partition());
            if (assigned.add(name)) {
                added.add(name);
            }
        }
        if (!added.isEmpty()) {
            consumer.assign(assigned);
            consumer.seekToBeginning(added);
        }
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.value() == null) {
            return;
        }
        Map<String, String> headers = new HashMap<>();
        for (Header header : record.headers()) {
            headers.put(header.key(), header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8));
        }
        try {
            AdapterEvent event = AdapterEventLog.read(headers, record.value());
            changes.seen(new TenantId(event.getTenant()), new AdapterName(event.getAdapter()), event.getDeleted());
        } catch (InvalidProtocolBufferException | InvalidName e) {
            LOG.warnf(
                    "%s-%d@%d is no adapter event: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }
}
