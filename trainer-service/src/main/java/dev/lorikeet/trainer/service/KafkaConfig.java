package dev.lorikeet.trainer.service;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/** How to reach Kafka. */
@ConfigMapping(prefix = "lorikeet.kafka")
public interface KafkaConfig {
    /** {@code host:port} of some brokers, comma-separated. */
    @WithDefault("localhost:9092")
    String bootstrapServers();

    /** Further settings of every Kafka client, such as {@code "security.protocol"}. */
    Map<String, String> client();

    /** Whether missing topics are created at start, with the broker's default partitions and replicas. */
    @WithDefault("true")
    boolean createTopics();
}
