package dev.lorikeet.trainer.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.proto.AdapterMessages;
import dev.lorikeet.trainer.training.Announcer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Writes adapters as they stand to the compacted topic, as JSON, keyed {@code <tenant>/<adapter>}. What cannot be sent is
 * only logged: servers look into the object store for what they do not know.
 */
public final class AdapterAnnouncer implements Announcer, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdapterAnnouncer.class);

    private final Producer<String, byte[]> producer;

    /** An announcer with a producer of its own. */
    public AdapterAnnouncer(KafkaSettings settings, String trainer) {
        this.producer = settings.producer(trainer + "-adapters");
    }

    @Override
    public void announce(AdapterState state) {
        String key = state.tenant() + "/" + state.adapter();
        try {
            String json = JsonFormat.printer()
                    .omittingInsignificantWhitespace()
                    .print(AdapterMessages.event(state, Instant.now()));
            producer.send(new ProducerRecord<>(Topics.ADAPTER_EVENTS, key, json.getBytes(StandardCharsets.UTF_8)))
                    .get();
        } catch (ExecutionException | KafkaException e) {
            LOG.warnf("adapter %s was not announced: %s", key, e.getMessage());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("adapter event of " + key + " has no JSON form", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warnf("adapter %s was not announced: interrupted", key);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
