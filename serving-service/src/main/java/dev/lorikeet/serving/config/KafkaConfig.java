package dev.lorikeet.serving.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Map;

/** How to reach Kafka. Serving goes on without it. */
@ConfigMapping(prefix = "lorikeet.kafka")
public interface KafkaConfig {
    /** {@code host:port} of some brokers, comma-separated. */
    @WithDefault("localhost:9092")
    String bootstrapServers();

    /** Further settings of every Kafka client, such as {@code "security.protocol"}. */
    Map<String, String> client();
}
