package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.training.v1.TrainingEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;

/** Hands the event that answers a request to whoever awaits it, by the request's id. Reads on a thread of its own. */
public final class EventFeed implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(EventFeed.class);
    private static final Duration IDLE = Duration.ofMillis(200);

    private final KafkaSettings settings;
    private final Map<String, CompletableFuture<TrainingEvent>> awaited = new ConcurrentHashMap<>();
    private final CompletableFuture<Boolean> started = new CompletableFuture<>();
    private final LoopThread loop = new LoopThread("event-feed", Duration.ofSeconds(5));

    public EventFeed(KafkaSettings settings) {
        this.settings = requireNonNull(settings, "settings");
    }

    /** Starts reading at the newest event. */
    public void start() {
        loop.start(this::run);
    }

    /** Done once events from now on are seen. */
    CompletableFuture<Boolean> started() {
        return started;
    }

    CompletableFuture<TrainingEvent> await(String requestId) {
        return awaited.computeIfAbsent(requestId, _ -> new CompletableFuture<>());
    }

    void forget(String requestId) {
        awaited.remove(requestId);
    }

    private void run() {
        while (loop.goesOn()) {
            try (Consumer<byte[], byte[]> consumer = settings.reader("event-feed")) {
                List<TopicPartition> partitions = partitions(consumer);
                consumer.assign(partitions);
                consumer.seekToEnd(partitions);
                partitions.forEach(consumer::position);
                started.complete(true);
                while (loop.goesOn()) {
                    consumer.poll(IDLE).forEach(this::offer);
                }
            } catch (KafkaException e) {
                LOG.warn("reads events anew", e);
            }
        }
    }

    static List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        consumer.partitionsFor(Topics.EVENTS)
                .forEach(partition -> partitions.add(new TopicPartition(Topics.EVENTS, partition.partition())));
        return partitions;
    }

    private void offer(ConsumerRecord<byte[], byte[]> told) {
        Header header = told.headers().lastHeader(Topics.REQUEST_ID);
        if (header == null) {
            return;
        }
        CompletableFuture<TrainingEvent> waiting = awaited.get(new String(header.value(), StandardCharsets.UTF_8));
        if (waiting != null) {
            waiting.complete(parse(told.value()));
        }
    }

    static TrainingEvent parse(byte[] json) {
        TrainingEvent.Builder event = TrainingEvent.newBuilder();
        try {
            JsonFormat.parser().ignoringUnknownFields().merge(new String(json, StandardCharsets.UTF_8), event);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event of ours cannot be read", e);
        }
        return event.build();
    }

    @Override
    public void close() {
        loop.close();
    }
}
