package dev.lorikeet.scheduler.quarkus;

import dev.lorikeet.registry.config.StoreConfig;
import dev.lorikeet.registry.config.StoreConnection;
import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.Timing;
import dev.lorikeet.scheduler.job.RetryRules;
import dev.lorikeet.scheduler.kafka.EventFeed;
import dev.lorikeet.scheduler.kafka.Intake;
import dev.lorikeet.scheduler.kafka.KafkaSettings;
import dev.lorikeet.scheduler.kafka.RequestPublisher;
import dev.lorikeet.scheduler.kafka.Scheduler;
import dev.lorikeet.scheduler.kafka.TopicSetup;
import dev.lorikeet.scheduler.loop.JobBoard;
import dev.lorikeet.scheduler.placement.RoundRobin;
import dev.lorikeet.scheduler.request.Limits;
import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.scheduler.s3.RegistryDatasets;
import dev.lorikeet.tenancy.credential.Credentials;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/** Builds the scheduler from its settings, starts and ends it. */
@Singleton
public class SchedulerService {
    private static final Logger LOG = Logger.getLogger(SchedulerService.class);

    private final SchedulerConfig config;
    private final KafkaSettings kafka;
    private final RegistryDatasets datasets;
    private final Duration storePatience;
    private final JobBoard board = new JobBoard();
    private final Credentials credentials;
    private final Scheduler scheduler;
    private final EventFeed feed;
    private final RequestPublisher publisher;

    @Inject
    SchedulerService(SchedulerConfig config, StoreConfig store, SchedulerMetrics metrics) {
        this.config = config;
        this.kafka = new KafkaSettings(
                config.kafka().bootstrapServers(),
                config.scheduler().replica().orElseGet(SchedulerService::hostName),
                config.scheduler().group(),
                config.scheduler().leaderTimeout(),
                config.scheduler().transactionTimeout(),
                config.kafka().client());
        this.datasets = new RegistryDatasets(StoreConnection.settings(store));
        this.storePatience = store.startPatience();
        this.credentials = Credentials.open(Path.of(config.credentials().file()));
        RequestRules rules = new RequestRules(new Limits(
                config.baseModel().name(),
                new TreeSet<>(config.scheduler().baseModels().orElse(Set.of())),
                store.bucket(),
                config.scheduler().maxInlineBytes()));
        SchedulerConfig.Scheduler settings = config.scheduler();
        Decider decider = new Decider(
                rules,
                new RetryRules(settings.maxAttempts(), settings.retryDelay(), settings.longestRetryDelay()),
                new Timing(settings.lease(), settings.trainerSilence()),
                new RoundRobin());
        Intake intake = new Intake(
                credentials, rules, datasets, datasets, settings.perTenantTopics(), settings.storePatience());
        metrics.watch(board);
        this.scheduler = new Scheduler(kafka, intake, decider, settings.lease(), board, metrics);
        this.feed = new EventFeed(kafka);
        this.publisher = new RequestPublisher(kafka, feed);
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.warn("this host has no name; set lorikeet.scheduler.replica", e);
            return "";
        }
    }

    void start(@Observes StartupEvent event) {
        Thread.ofVirtual().name("store-start").start(this::connectStore);
        Thread.ofVirtual().name("scheduler-start").start(this::startWithTopics);
    }

    private void connectStore() {
        try {
            datasets.connectAhead(storePatience);
        } catch (InterruptedException e) {
            LOG.warn("interrupted while connecting to the object store", e);
        }
    }

    /** Kafka may come up later than this service: not ready until then. */
    private void startWithTopics() {
        try {
            while (config.scheduler().createTopics()) {
                try {
                    TopicSetup.ensure(kafka, config.scheduler().partitions());
                    break;
                } catch (KafkaException e) {
                    LOG.warnf("cannot make the topics yet: %s", e.getMessage());
                    Thread.sleep(2_000);
                }
            }
            feed.start();
            scheduler.start();
        } catch (InterruptedException e) {
            LOG.warn("interrupted while starting", e);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        scheduler.close();
        feed.close();
        publisher.close();
        datasets.close();
    }

    /** What it does now. */
    public Scheduler.Role role() {
        return scheduler.role();
    }

    /** The jobs as the journal has them. */
    public JobBoard board() {
        return board;
    }

    /** Who may enter. */
    public Credentials credentials() {
        return credentials;
    }

    /** Publishes requests. */
    public RequestPublisher publisher() {
        return publisher;
    }

    /** How to reach Kafka. */
    public KafkaSettings kafka() {
        return kafka;
    }

    /** Most watchers of jobs at once. */
    public int maxWatches() {
        return config.scheduler().maxWatches();
    }
}
