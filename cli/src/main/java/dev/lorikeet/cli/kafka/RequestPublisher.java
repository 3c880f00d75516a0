package dev.lorikeet.cli.kafka;

import dev.lorikeet.cli.platform.Platform;
import dev.lorikeet.cli.terminal.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes training requests just as a tenant's own program would: a JSON body, the credential in the record header
 * {@code authorization}. Safe for many threads.
 */
public final class RequestPublisher implements AutoCloseable {

    private final Platform platform;
    private final KafkaProducer<String, String> producer;

    /**
     * Opens a producer.
     *
     * @param platform brokers and identity
     */
    public RequestPublisher(Platform platform) {
        this.platform = platform;
        Map<String, Object> settings = new HashMap<>(platform.kafkaSettings());
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 15_000);
        this.producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    /**
     * Publishes, and waits until the brokers have it.
     *
     * @param json a {@code TrainingRequest} in protobuf's JSON form
     * @return where it lies, such as {@code lorikeet.training.requests-0@17}
     */
    public String publish(String json) {
        ProducerRecord<String, String> request = new ProducerRecord<>(
                TrainingTopics.REQUESTS, platform.identity().tenant().orElse(null), json);
        request.headers()
                .add("authorization", platform.identity().authorization().getBytes(StandardCharsets.UTF_8));
        try {
            RecordMetadata written = producer.send(request).get();
            return written.topic() + "-" + written.partition() + "@" + written.offset();
        } catch (ExecutionException refused) {
            throw failed(refused.getCause() == null ? refused : refused.getCause());
        } catch (KafkaException refused) {
            throw failed(refused);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted before Kafka took the request.", interrupted);
        }
    }

    private CommandFailure failed(Throwable reason) {
        return new CommandFailure(
                "Kafka at " + platform.bootstrapServers() + " did not take the request: " + reason.getMessage(),
                reason);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
