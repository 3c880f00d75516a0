package dev.lorikeet.scheduler.quarkus;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The scheduler's settings, but for the object store's ({@link dev.lorikeet.registry.config.StoreConfig}). */
@ConfigMapping(prefix = "lorikeet")
public interface SchedulerConfig {
    /** How to reach Kafka. */
    Kafka kafka();

    /** Who may enter. */
    Credentials credentials();

    /** The base model. */
    BaseModel baseModel();

    /** How to decide. */
    Scheduler scheduler();

    /** How to reach Kafka. */
    interface Kafka {
        /** Brokers to begin with: {@code host:port}, separated by commas. */
        @WithDefault("localhost:9092")
        String bootstrapServers();

        /** Further settings of every Kafka client, such as {@code "security.protocol"}. */
        Map<String, String> client();
    }

    /** Who may enter. */
    interface Credentials {
        /** File of API keys and token issuers; while it is missing, nobody may enter. */
        @WithDefault("credentials.json")
        String file();
    }

    /** The base model. */
    interface BaseModel {
        /** Base model of requests that name none. */
        @WithDefault("smollm2-135m-instruct")
        String name();
    }

    /** How to decide. */
    interface Scheduler {
        /** Id of this replica, unique among schedulers; by default the host's name. */
        Optional<String> replica();

        /** Prefix of consumer groups and the transactional id: the same for all replicas of one platform. */
        @WithDefault("lorikeet-scheduler")
        String group();

        /** Base models that requests may name, besides the default one. */
        Optional<Set<String>> baseModels();

        /** Whether to read each tenant's own topic of requests too; the broker's ACLs must protect them. */
        @WithDefault("false")
        boolean perTenantTopics();

        /** Whether to make missing topics at start. */
        @WithDefault("true")
        boolean createTopics();

        /** Partitions of topics made at start, but for the journal, which has one. */
        @WithDefault("4")
        int partitions();

        /** Attempts that a job may make; those given back do not count. */
        @WithDefault("3")
        int maxAttempts();

        /** Wait after a job's first failed attempt; doubles with each. */
        @WithDefault("5s")
        Duration retryDelay();

        /** Longest wait between attempts. */
        @WithDefault("5m")
        Duration longestRetryDelay();

        /** How long an attempt may go on without its trainer being heard of. */
        @WithDefault("60s")
        Duration lease();

        /** After which a silent trainer gets no more work. */
        @WithDefault("20s")
        Duration trainerSilence();

        /** After which a silent leader is replaced; at least the broker's smallest session timeout. */
        @WithDefault("10s")
        Duration leaderTimeout();

        /** After which the broker aborts a transaction of a leader that died. */
        @WithDefault("30s")
        Duration transactionTimeout();

        /** How long a request may wait for the object store before it is put off. */
        @WithDefault("10s")
        Duration storePatience();

        /** Largest dataset within a request, in bytes. */
        @WithDefault("524288")
        int maxInlineBytes();

        /** Most watchers of jobs at once. */
        @WithDefault("200")
        int maxWatches();
    }
}
