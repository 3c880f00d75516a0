package dev.lorikeet.trainer.kafka;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/** The topics that a trainer uses. */
final class Topics {
    /** Scheduler to trainer. */
    static final String ASSIGNMENTS = "lorikeet.trainer.assignments";
    /** Trainer to scheduler. */
    static final String REPORTS = "lorikeet.trainer.reports";
    /** The newest state of every adapter. */
    static final String ADAPTER_EVENTS = "lorikeet.adapter.events";

    private static final Logger LOG = Logger.getLogger(Topics.class);

    private Topics() {}

    /** Creates those that are missing, with the broker's own numbers of partitions and replicas. */
    static void create(KafkaSettings settings, String clientId) throws InterruptedException {
        NewTopic adapters = new NewTopic(ADAPTER_EVENTS, Optional.empty(), Optional.empty())
                .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        List<NewTopic> topics = List.of(
                new NewTopic(ASSIGNMENTS, Optional.empty(), Optional.empty()),
                new NewTopic(REPORTS, Optional.empty(), Optional.empty()),
                adapters);
        try (Admin admin = Admin.create(settings.common(clientId))) {
            for (var created : admin.createTopics(topics).values().entrySet()) {
                try {
                    created.getValue().get();
                    LOG.infof("created topic %s", created.getKey());
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        LOG.warnf("topic %s was not created: %s", created.getKey(), e.getCause());
                    }
                }
            }
        } catch (KafkaException e) {
            LOG.warnf("topics were not created: %s", e.getMessage());
        }
    }
}
