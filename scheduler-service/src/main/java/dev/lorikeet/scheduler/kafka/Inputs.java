package dev.lorikeet.scheduler.kafka;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.tenancy.InvalidName;
import dev.lorikeet.tenancy.TenantId;
import dev.lorikeet.tenancy.credential.Authentication;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * What the leader reads: requests and reports, from where the last committed transaction stopped. Requests are prepared
 * on threads of their own, since that may need the object store, and come out in the order of their partition; while the
 * store is slow only requests wait, and no longer than a bound, after which they go to the deferred topic.
 *
 * <p>Used by one thread.
 */
final class Inputs implements AutoCloseable {
    private static final int MOST_WAITING = 256;
    private static final Duration WHILE_PREPARING = Duration.ofMillis(10);

    /** A record, and what became of it. */
    record Ready(ConsumerRecord<byte[], byte[]> message, Prepared prepared) {}

    private record Pending(ConsumerRecord<byte[], byte[]> message, CompletableFuture<Prepared> prepared) {}

    private final Consumer<byte[], byte[]> consumer;
    private final Preparer preparer;
    private final boolean perTenantTopics;
    private final Duration storePatience;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<TopicPartition, Deque<Pending>> waiting = new LinkedHashMap<>();

    Inputs(KafkaSettings settings, Preparer preparer, boolean perTenantTopics, Duration storePatience) {
        this.consumer = settings.reader("inputs", settings.group());
        this.preparer = requireNonNull(preparer, "preparer");
        this.perTenantTopics = perTenantTopics;
        this.storePatience = storePatience;
    }

    /** Looks for partitions that are new; each starts where the group's last transaction stopped. */
    void refresh() {
        Set<TopicPartition> all = new HashSet<>();
        Map<String, List<PartitionInfo>> topics = consumer.listTopics();
        topics.forEach((topic, partitions) -> {
            if (isInput(topic)) {
                partitions.forEach(partition -> all.add(new TopicPartition(topic, partition.partition())));
            }
        });
        Set<TopicPartition> added = new HashSet<>(all);
        added.removeAll(consumer.assignment());
        if (added.isEmpty()) {
            return;
        }
        all.addAll(consumer.assignment());
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(added);
        consumer.assign(all);
        for (TopicPartition partition : added) {
            OffsetAndMetadata from = committed.get(partition);
            if (from == null) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seek(partition, from);
            }
        }
    }

    private boolean isInput(String topic) {
        if (topic.equals(Topics.REQUESTS) || topic.equals(Topics.DEFERRED) || topic.equals(Topics.REPORTS)) {
            return true;
        }
        if (!perTenantTopics || !topic.startsWith(Topics.TENANT_REQUESTS)) {
            return false;
        }
        try {
            return !new TenantId(topic.substring(Topics.TENANT_REQUESTS.length()))
                    .value()
                    .isEmpty();
        } catch (InvalidName e) {
            return false;
        }
    }

    /** What is ready, at most so many, waiting a little if there is nothing. */
    List<Ready> take(int most, Duration patience) {
        boolean preparing = waiting.values().stream().anyMatch(queue -> !queue.isEmpty());
        for (ConsumerRecord<byte[], byte[]> message : consumer.poll(preparing ? WHILE_PREPARING : patience)) {
            TopicPartition partition = new TopicPartition(message.topic(), message.partition());
            waiting.computeIfAbsent(partition, _ -> new ArrayDeque<>()).add(new Pending(message, prepare(message)));
        }
        List<Ready> ready = new ArrayList<>();
        waiting.forEach((partition, queue) -> {
            while (ready.size() < most
                    && !queue.isEmpty()
                    && queue.getFirst().prepared().isDone()) {
                Pending head = queue.removeFirst();
                ready.add(new Ready(head.message(), head.prepared().join()));
            }
            if (queue.size() >= MOST_WAITING) {
                consumer.pause(List.of(partition));
            } else if (queue.size() < MOST_WAITING / 2) {
                consumer.resume(List.of(partition));
            }
        });
        return ready;
    }

    private CompletableFuture<Prepared> prepare(ConsumerRecord<byte[], byte[]> message) {
        if (message.topic().equals(Topics.REPORTS)) {
            return CompletableFuture.completedFuture(preparer.report(message));
        }
        return switch (preparer.sender(message)) {
            case Authentication.Refused(String reason) ->
                CompletableFuture.completedFuture(preparer.refused(message, reason));
            case Authentication.Tenant(TenantId tenant) -> request(tenant, message);
        };
    }

    private CompletableFuture<Prepared> request(TenantId tenant, ConsumerRecord<byte[], byte[]> message) {
        CompletableFuture<Prepared> prepared = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                prepared.complete(preparer.request(tenant, message));
            } catch (InterruptedException e) {
                // Closing: nobody waits for it any more, and the record is read again by the next leader.
                Thread.currentThread().interrupt();
                prepared.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                prepared.completeExceptionally(e);
            }
        });
        return message.topic().equals(Topics.DEFERRED)
                ? prepared
                : prepared.completeOnTimeout(
                        new Prepared.Waits(tenant), storePatience.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        consumer.close();
    }
}
