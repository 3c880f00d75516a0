package dev.lorikeet.scheduler.kafka;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.proto.training.v1.DeadLetter;
import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.loop.Batch;
import dev.lorikeet.scheduler.protobuf.EventMapper;
import dev.lorikeet.scheduler.protobuf.JournalWriter;
import dev.lorikeet.scheduler.protobuf.TrainerMapper;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Writes what was decided: journal, events, orders and the offsets of the inputs, in one transaction. Used by one thread.
 */
final class Transactions implements AutoCloseable {
    private static final int MAX_DEAD_KEY = 1024;
    private static final int MAX_DEAD_VALUE = 64 * 1024;
    private static final JsonFormat.Printer JSON =
            JsonFormat.printer().omittingInsignificantWhitespace().alwaysPrintFieldsWithNoPresence();

    private final Producer<byte[], byte[]> producer;
    private final ConsumerGroupMetadata group;

    /** Fences whoever wrote before; once this returns, everything of theirs is committed or aborted. */
    Transactions(KafkaSettings settings) {
        this.producer = settings.transactionalProducer();
        this.group = new ConsumerGroupMetadata(settings.group());
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            producer.close(Duration.ZERO);
            throw e;
        }
    }

    /**
     * Commits a batch with the inputs that it came from.
     *
     * @throws KafkaException if it was not committed, or nobody knows; then this object and the state are of no use
     */
    void commit(Batch batch, List<Inputs.Ready> inputs) {
        producer.beginTransaction();
        try {
            for (JournalEntry entry : batch.entries()) {
                send(new ProducerRecord<>(
                        Topics.JOURNAL,
                        0,
                        bytes(entry.job().value()),
                        JournalWriter.toProto(entry).toByteArray()));
            }
            Map<Command.Origin, ConsumerRecord<byte[], byte[]>> origins = new HashMap<>();
            inputs.forEach(input -> origins.put(Preparer.origin(input.message()), input.message()));
            for (Message message : batch.messages()) {
                send(record(message, origins));
            }
            for (Inputs.Ready input : inputs) {
                if (input.prepared() instanceof Prepared.Waits waits) {
                    send(deferred(input.message(), waits.tenant()));
                }
            }
            if (!inputs.isEmpty()) {
                producer.sendOffsetsToTransaction(offsets(inputs), group);
            }
            producer.commitTransaction();
        } catch (KafkaException e) {
            abort(e);
            throw e;
        }
    }

    private void abort(KafkaException cause) {
        try {
            producer.abortTransaction();
        } catch (KafkaException e) {
            // Fenced, or the broker is away: whoever leads next aborts it by starting.
            cause.addSuppressed(e);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // commitTransaction fails if a send failed
    private void send(ProducerRecord<byte[], byte[]> message) {
        producer.send(message);
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(List<Inputs.Ready> inputs) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        for (Inputs.Ready input : inputs) {
            // Each partition's records come in order: the last one stands.
            next.put(
                    new TopicPartition(input.message().topic(), input.message().partition()),
                    new OffsetAndMetadata(input.message().offset() + 1));
        }
        return next;
    }

    private static ProducerRecord<byte[], byte[]> record(
            Message message, Map<Command.Origin, ConsumerRecord<byte[], byte[]>> origins) {
        return switch (message) {
            case Message.Event event -> event(event);
            case Message.Order order ->
                new ProducerRecord<>(
                        Topics.ASSIGNMENTS,
                        bytes(order.to().trainer()),
                        TrainerMapper.toProto(order).toByteArray());
            case Message.DeadLetter letter -> deadLetter(letter, origins.get(letter.origin()));
        };
    }

    private static ProducerRecord<byte[], byte[]> event(Message.Event event) {
        String key = event.about()
                .job()
                .map(JobId::value)
                .orElse(event.about().tenant().value());
        ProducerRecord<byte[], byte[]> told = new ProducerRecord<>(Topics.EVENTS, bytes(key), json(event));
        told.headers().add(Topics.TENANT, bytes(event.about().tenant().value()));
        if (!event.correlation().isEmpty()) {
            told.headers().add(Topics.REQUEST_ID, bytes(event.correlation()));
        }
        return told;
    }

    private static byte[] json(Message.Event event) {
        try {
            return bytes(JSON.print(EventMapper.toProto(event)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an event has no JSON form: " + event, e);
        }
    }

    private static ProducerRecord<byte[], byte[]> deadLetter(
            Message.DeadLetter letter, @Nullable ConsumerRecord<byte[], byte[]> origin) {
        DeadLetter.Builder kept = EventMapper.toProto(letter);
        if (origin != null && origin.key() != null) {
            kept.setKey(ByteString.copyFrom(origin.key(), 0, Math.min(MAX_DEAD_KEY, origin.key().length)));
        }
        if (origin != null && origin.value() != null) {
            kept.setValue(ByteString.copyFrom(origin.value(), 0, Math.min(MAX_DEAD_VALUE, origin.value().length)));
        }
        byte @Nullable [] key =
                letter.tenant().map(tenant -> bytes(tenant.value())).orElse(null);
        try {
            return new ProducerRecord<>(Topics.DEAD_LETTERS, key, bytes(JSON.print(kept)));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a dead letter has no JSON form: " + letter.origin(), e);
        }
    }

    /** The request again, with its proven tenant in place of a credential that may have run out by then. */
    private static ProducerRecord<byte[], byte[]> deferred(ConsumerRecord<byte[], byte[]> message, TenantId tenant) {
        ProducerRecord<byte[], byte[]> later =
                new ProducerRecord<>(Topics.DEFERRED, bytes(tenant.value()), message.value());
        for (Header header : message.headers()) {
            if (!header.key().equals(Topics.AUTHORIZATION) && !header.key().equals(Topics.TENANT)) {
                later.headers().add(header);
            }
        }
        later.headers().add(Topics.TENANT, bytes(tenant.value()));
        return later;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
