package dev.lorikeet.trainer.kafka;

import dev.lorikeet.trainer.attempt.Command;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads the assignments topic on a thread of its own: every partition, without a group, from the end as it is at start.
 * What was written before concerns former lives. After a failure of the consumer it goes on where it was.
 */
final class OrderConsumer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(OrderConsumer.class);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration BEFORE_RETRY = Duration.ofSeconds(1);
    /** How often the topic is asked for partitions that were added. */
    private static final Duration PARTITION_CHECK = Duration.ofMinutes(1);

    private final String topic;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final OrderReader reader;
    private final java.util.function.Consumer<Command.Obey> orders;
    private final CompletableFuture<Void> positioned = new CompletableFuture<>();
    private final Positions positions = new Positions();
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable Consumer<String, byte[]> current;

    /** Starts reading; orders are handed over on this consumer's thread. */
    OrderConsumer(
            String topic,
            Supplier<Consumer<String, byte[]>> consumers,
            OrderReader reader,
            java.util.function.Consumer<Command.Obey> orders) {
        this.topic = topic;
        this.consumers = consumers;
        this.reader = reader;
        this.orders = orders;
        this.thread = Thread.ofPlatform().daemon().name("orders").start(this::run);
    }

    /** Completes when every order from now on will be read. */
    CompletableFuture<Void> positioned() {
        return positioned;
    }

    /** Whether the thread runs. */
    boolean alive() {
        return thread.isAlive();
    }

    private void run() {
        while (!closing) {
            try (Consumer<String, byte[]> consumer = consumers.get()) {
                current = consumer;
                follow(consumer);
            } catch (WakeupException | InterruptException e) {
                LOG.debug("the consumer was woken", e);
            } catch (KafkaException e) {
                LOG.errorf(e, "reading %s failed; trying again", topic);
            } finally {
                current = null;
            }
            pause();
        }
    }

    private void pause() {
        if (!closing) {
            try {
                Thread.sleep(BEFORE_RETRY);
            } catch (InterruptedException e) {
                closing = true;
            }
        }
    }

    private void follow(Consumer<String, byte[]> consumer) {
        List<TopicPartition> partitions = partitions(consumer);
        if (partitions.isEmpty()) {
            LOG.warnf("topic %s does not exist yet", topic);
            return;
        }
        consumer.assign(partitions);
        positions.seek(consumer, partitions);
        positioned.complete(null);
        Instant nextCheck = Instant.now().plus(PARTITION_CHECK);
        while (!closing) {
            poll(consumer);
            if (Instant.now().isAfter(nextCheck)) {
                nextCheck = Instant.now().plus(PARTITION_CHECK);
                List<TopicPartition> now = partitions(consumer);
                if (now.size() > partitions.size()) {
                    partitions = now;
                    consumer.assign(partitions);
                    positions.seek(consumer, partitions);
                }
            }
        }
    }

    private List<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null) {
            return List.of();
        }
        return infos.stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }

    private void poll(Consumer<String, byte[]> consumer) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            try {
                orders.accept(reader.read(record.value() == null ? new byte[0] : record.value()));
            } catch (OrderReader.UnreadableOrder e) {
                LOG.errorf(
                        "record %d of %s-%d is skipped: %s",
                        record.offset(), record.topic(), record.partition(), e.getMessage());
            }
            positions.done(record);
        }
    }

    @Override
    public void close() {
        closing = true;
        Consumer<String, byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
