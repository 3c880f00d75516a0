package dev.lorikeet.trainer.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * How the trainer talks to Kafka.
 *
 * @param bootstrapServers {@code host:port} of some brokers, comma-separated
 * @param client further settings of every client, such as {@code security.protocol}
 * @param createTopics whether missing topics are created
 * @param heartbeatEvery how often the trainer says that it lives
 * @param progressPause least time between two progress reports of an attempt
 */
public record KafkaSettings(
        String bootstrapServers,
        Map<String, String> client,
        boolean createTopics,
        Duration heartbeatEvery,
        Duration progressPause) {
    /** Copies. */
    public KafkaSettings {
        client = Map.copyOf(client);
    }

    Map<String, Object> common(String clientId) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, clientId);
        return settings;
    }

    /** A producer whose records are written once, in order, by all replicas. */
    Producer<String, byte[]> producer(String clientId) {
        Map<String, Object> settings = common(clientId);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none");
        return new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer());
    }

    /** A consumer without a group that sees only what was committed: the scheduler writes in transactions. */
    Consumer<String, byte[]> consumer(String clientId) {
        Map<String, Object> settings = common(clientId);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }
}
