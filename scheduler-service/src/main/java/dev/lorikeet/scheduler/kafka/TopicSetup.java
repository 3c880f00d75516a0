package dev.lorikeet.scheduler.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the topics that are missing. Existing ones are left as they are. */
public final class TopicSetup {
    private TopicSetup() {}

    /**
     * Makes what is missing.
     *
     * @param partitions of all topics but the journal, which has one
     */
    public static void ensure(KafkaSettings settings, int partitions) throws InterruptedException {
        try (Admin admin = Admin.create(settings.properties("setup"))) {
            Set<String> existing = admin.listTopics().names().get();
            List<NewTopic> missing = new ArrayList<>();
            for (String topic : Topics.ALL) {
                if (!existing.contains(topic)) {
                    missing.add(topic(topic, partitions));
                }
            }
            for (var made : admin.createTopics(missing).values().values()) {
                try {
                    made.get();
                } catch (ExecutionException e) {
                    // Somebody else was faster.
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw e;
                    }
                }
            }
        } catch (ExecutionException e) {
            throw new KafkaException("cannot make the topics", e.getCause());
        }
    }

    private static NewTopic topic(String name, int partitions) {
        boolean journal = name.equals(Topics.JOURNAL);
        NewTopic topic = new NewTopic(name, Optional.of(journal ? 1 : partitions), Optional.empty());
        return journal
                ? topic.configs(Map.of(
                        TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE,
                        TopicConfig.RETENTION_MS_CONFIG, "-1",
                        TopicConfig.RETENTION_BYTES_CONFIG, "-1"))
                : topic;
    }
}
