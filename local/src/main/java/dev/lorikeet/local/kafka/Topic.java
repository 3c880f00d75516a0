package dev.lorikeet.local.kafka;

import java.util.Map;

/**
 * A topic to be made.
 *
 * @param name its name
 * @param partitions number of partitions
 * @param settings its Kafka settings, such as {@code cleanup.policy}
 */
public record Topic(String name, int partitions, Map<String, String> settings) {
    /** Copies the settings. */
    public Topic {
        settings = Map.copyOf(settings);
    }
}
