package dev.lorikeet.scheduler.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Who leads: the replica to which a consumer group gives the journal's only partition. This elects; what keeps a former
 * leader from writing is the fenced transactional id. Used by one thread, which must poll often.
 */
final class Leadership implements AutoCloseable {
    private final KafkaConsumer<byte[], byte[]> member;
    private boolean leads;

    Leadership(KafkaSettings settings) {
        Properties all = settings.properties("election");
        all.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group() + "-leader");
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
        long timeout = settings.leaderTimeout().toMillis();
        all.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, String.valueOf(timeout));
        all.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, String.valueOf(timeout / 4));
        if (!settings.replica().isEmpty()) {
            // A static member: killed and started again, it is itself at once, without waiting for the timeout.
            all.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, settings.replica());
        }
        this.member = new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        member.subscribe(List.of(Topics.JOURNAL), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                // Only who holds it matters; its records are read elsewhere.
                member.pause(partitions);
                leads |= !partitions.isEmpty();
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                leads &= partitions.isEmpty();
            }
        });
    }

    /** Takes part in the election; tells whether this replica leads. */
    boolean leads() {
        member.poll(Duration.ZERO);
        return leads;
    }

    @Override
    public void close() {
        member.close(CloseOptions.timeout(Duration.ofSeconds(2))
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }
}
