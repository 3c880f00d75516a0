package dev.lorikeet.serving.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.serving.loop.UsageSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes adapter and usage events, best effort: callers never wait for the broker. A bounded queue lies between; when
 * it is full, what comes is dropped and counted. One thread sends.
 */
public final class EventWriter implements UsageSink, AutoCloseable {
    static final String USAGE_TOPIC = "lorikeet.usage.events";
    private static final Logger LOG = Logger.getLogger(EventWriter.class);
    private static final int CAPACITY = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Producer<byte[], byte[]> producer;
    private final InstantSource time;
    private final ArrayBlockingQueue<ProducerRecord<byte[], byte[]>> queue = new ArrayBlockingQueue<>(CAPACITY);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;

    /** Takes over the producer and starts. */
    public EventWriter(Producer<byte[], byte[]> producer, InstantSource time) {
        this.producer = producer;
        this.time = time;
        this.thread = Thread.ofVirtual().name("event-writer").unstarted(this::run);
    }

    public EventWriter start() {
        thread.start();
        return this;
    }

    /** An adapter changed and now stands like this. */
    public void announce(AdapterState state) {
        offer(AdapterEventLog.record(state, time));
    }

    @Override
    public void finished(Usage usage) {
        try {
            offer(new ProducerRecord<>(
                    USAGE_TOPIC,
                    usage.tenant().value().getBytes(StandardCharsets.UTF_8),
                    JSON.writeValueAsBytes(document(usage))));
        } catch (JsonProcessingException e) {
            LOG.error("a usage event could not be written as JSON", e);
        }
    }

    /** Events lost because the broker was away for long, or refused them. */
    public long dropped() {
        return dropped.get();
    }

    @Override
    public void close() {
        try {
            // What is queued is sent if the broker is there; it is not worth more time.
            for (int i = 0; i < 20 && !queue.isEmpty(); i++) {
                Thread.sleep(Duration.ofMillis(50));
            }
            thread.interrupt();
            thread.join(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close(Duration.ofSeconds(2));
    }

    private Map<String, Object> document(Usage usage) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("tenant", usage.tenant().value());
        usage.adapter().ifPresent(adapter -> {
            document.put("adapter", adapter.adapter().value());
            document.put("version", adapter.version());
            document.put("revision", adapter.revision());
        });
        document.put("promptTokens", usage.promptTokens());
        document.put("completionTokens", usage.completionTokens());
        switch (usage.operation()) {
            case UsageSink.Operation.Generate(var reason) -> {
                document.put("operation", "generate");
                document.put("finishReason", reason.name());
            }
            case UsageSink.Operation.Classify() -> document.put("operation", "classify");
            case UsageSink.Operation.Embed() -> document.put("operation", "embed");
        }
        document.put("latencyMillis", usage.latency().toMillis());
        document.put("time", time.instant().toString());
        return document;
    }

    private void offer(ProducerRecord<byte[], byte[]> record) {
        if (!queue.offer(record)) {
            lost(record.topic(), "the queue is full");
        }
    }

    private void run() {
        try {
            while (true) {
                ProducerRecord<byte[], byte[]> record = queue.take();
                try {
                    var _ = producer.send(record, (metadata, failure) -> {
                        if (failure != null) {
                            lost(record.topic(), failure.getMessage());
                        }
                    });
                } catch (KafkaException | IllegalStateException e) {
                    lost(record.topic(), e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("closing");
        }
    }

    private void lost(String topic, @Nullable String reason) {
        long count = dropped.incrementAndGet();
        if (Long.bitCount(count) == 1) {
            LOG.warnf("an event for %s was lost (%d so far): %s", topic, count, reason);
        }
    }
}
