package dev.lorikeet.local.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The platform's topics, with the cleanup that each needs. */
public final class Topics {
    private static final int PARTITIONS = 4;

    /**
     * All of them. The journal is one partition, because its order is the scheduler's truth, and is kept for ever;
     * adapter events keep the newest of each adapter.
     */
    public static final List<Topic> ALL = List.of(
            kept("lorikeet.training.requests", PARTITIONS, Duration.ofDays(7)),
            kept("lorikeet.training.deferred", PARTITIONS, Duration.ofDays(7)),
            kept("lorikeet.training.events", PARTITIONS, Duration.ofDays(30)),
            kept("lorikeet.training.dead-letters", 1, Duration.ofDays(30)),
            new Topic(
                    "lorikeet.scheduler.journal",
                    1,
                    Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1")),
            kept("lorikeet.trainer.assignments", PARTITIONS, Duration.ofDays(1)),
            kept("lorikeet.trainer.reports", PARTITIONS, Duration.ofDays(1)),
            new Topic("lorikeet.adapter.events", PARTITIONS, Map.of("cleanup.policy", "compact")),
            kept("lorikeet.usage.events", PARTITIONS, Duration.ofDays(7)));

    private Topics() {}

    private static Topic kept(String name, int partitions, Duration time) {
        return new Topic(
                name, partitions, Map.of("cleanup.policy", "delete", "retention.ms", Long.toString(time.toMillis())));
    }
}
