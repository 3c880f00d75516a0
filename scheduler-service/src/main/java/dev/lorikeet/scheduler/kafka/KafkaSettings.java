package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * How to reach Kafka.
 *
 * @param bootstrapServers where
 * @param replica id of this replica, unique among schedulers; kept over restarts it leads again at once
 * @param group prefix of consumer groups and transactional ids: schedulers of one platform share it
 * @param leaderTimeout after which a silent leader is replaced
 * @param transactionTimeout after which the broker aborts a transaction
 * @param properties of all Kafka clients besides (security and the like)
 */
public record KafkaSettings(
        String bootstrapServers,
        String replica,
        String group,
        Duration leaderTimeout,
        Duration transactionTimeout,
        Map<String, String> properties) {
    /** Kafka's default of {@code max.request.size}. */
    private static final int DEFAULT_MAX_REQUEST = 1024 * 1024;

    private static final int RESERVE = 8 * 1024;

    public KafkaSettings {
        requireNonNull(bootstrapServers, "bootstrapServers");
        requireNonNull(replica, "replica");
        requireNonNull(group, "group");
        properties = Map.copyOf(properties);
    }

    /**
     * Bytes of the largest record that can be written, keys and headers included: less than the producers' own limit,
     * {@code max.request.size}, by what a copy of a record gets besides.
     */
    int largestRecord() {
        String limit = properties.get(ProducerConfig.MAX_REQUEST_SIZE_CONFIG);
        return (limit == null ? DEFAULT_MAX_REQUEST : Integer.parseInt(limit)) - RESERVE;
    }

    Properties properties(String client) {
        Properties all = new Properties();
        all.putAll(properties);
        all.put("bootstrap.servers", bootstrapServers);
        all.put("client.id", group + "-" + client + (replica.isEmpty() ? "" : "-" + replica));
        return all;
    }

    /** A consumer without a group that sees committed records alone. */
    Consumer<byte[], byte[]> reader(String client) {
        return new KafkaConsumer<>(readerProperties(client), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A reader that may look up a group's offsets. */
    Consumer<byte[], byte[]> reader(String client, String groupId) {
        Properties all = readerProperties(client);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Properties readerProperties(String client) {
        Properties all = properties(client);
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "250");
        return all;
    }

    /** A producer whose every record is acknowledged by all replicas. */
    Producer<byte[], byte[]> producer(String client) {
        return new KafkaProducer<>(producerProperties(client), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** The leader's producer: starting it fences the leader before. */
    Producer<byte[], byte[]> transactionalProducer() {
        Properties all = producerProperties("leader");
        all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, group);
        all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, String.valueOf(transactionTimeout.toMillis()));
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private Properties producerProperties(String client) {
        Properties all = properties(client);
        all.put(ProducerConfig.ACKS_CONFIG, "all");
        all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        all.put(ProducerConfig.LINGER_MS_CONFIG, "0");
        all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
        all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
        all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, "20000");
        return all;
    }
}
