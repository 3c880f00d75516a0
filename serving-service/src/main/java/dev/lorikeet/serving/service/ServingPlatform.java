package dev.lorikeet.serving.service;

import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.config.StoreConfig;
import dev.lorikeet.registry.config.StoreConnection;
import dev.lorikeet.serving.config.BaseModelConfig;
import dev.lorikeet.serving.config.KafkaConfig;
import dev.lorikeet.serving.config.ServingConfig;
import dev.lorikeet.serving.kafka.AdapterEventReader;
import dev.lorikeet.serving.kafka.EventWriter;
import dev.lorikeet.serving.kafka.KafkaClients;
import dev.lorikeet.serving.loop.AdapterChanges;
import dev.lorikeet.serving.loop.AdapterPool;
import dev.lorikeet.serving.loop.ServingCore;
import dev.lorikeet.serving.loop.ServingSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jboss.logging.Logger;

/** The whole service: starts its parts in order, hands them out, and stops them in the reverse order. */
@Startup
@Singleton
public class ServingPlatform {
    private static final Logger LOG = Logger.getLogger(ServingPlatform.class);

    private final ServingConfig config;
    private final Registry registry;
    private final BaseModel base;
    private final EventWriter events;
    private final ServingCore core;
    private final AdapterEventReader reader;
    private final StoreWatch store;

    ServingPlatform(
            BaseModelConfig model, StoreConfig store, KafkaConfig kafka, ServingConfig config, MeterRegistry meters) {
        this.config = config;
        // Before the model, which takes longer: what is missing is said at once.
        LOG.infof("object store: %s", StoreConnection.settings(store));
        this.base = load(model);
        this.registry = connect(store);
        this.events = new EventWriter(KafkaClients.producer(kafka), InstantSource.system()).start();
        ServingMetrics metrics = new ServingMetrics(meters);
        this.core = ServingCore.start(
                base,
                registry.adapters(),
                settings(config),
                new ServingCore.Listeners(metrics, metrics, events, events::announce));
        metrics.watch(core);
        this.reader = new AdapterEventReader(KafkaClients.consumer(kafka), core.changes()).start();
        this.store = new StoreWatch(registry.store());
        LOG.infof("serving %s (%s) on %s in %s", base.name(), base.digest(), base.device(), base.precision());
    }

    @Produces
    @Singleton
    ServingCore core() {
        return core;
    }

    @Produces
    @Singleton
    AdapterChanges changes() {
        return core.changes();
    }

    @Produces
    @Singleton
    AdapterPool pool() {
        return core.pool();
    }

    @Produces
    @Singleton
    BaseModelRef baseModel() {
        return new BaseModelRef(base.name(), base.digest());
    }

    @Produces
    @Singleton
    Adapters adapters() {
        return registry.adapters();
    }

    /** Whether requests are taken. */
    boolean accepting() {
        return core.loop().accepting();
    }

    boolean storeReachable() {
        return store.reachable();
    }

    String model() {
        return base.name() + "@" + base.digest();
    }

    void stop(@Observes ShutdownEvent event) {
        try {
            reader.close();
            core.drain(config.drainTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            store.close();
            events.close();
            core.close();
            base.close();
            registry.close();
        }
    }

    private static BaseModel load(BaseModelConfig config) {
        Path path = config.path()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no base model: set lorikeet.base-model.path to a model folder or a GGUF file"));
        long start = System.nanoTime();
        try {
            BaseModel model = BaseModel.load(
                    path, LoadOptions.parse(config.name(), config.device(), config.precision(), config.threads()));
            LOG.infof(
                    "loaded %s in %d ms",
                    path, Duration.ofNanos(System.nanoTime() - start).toMillis());
            return model;
        } catch (IOException e) {
            throw new IllegalArgumentException("the base model " + path + " cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static Registry connect(StoreConfig config) {
        try {
            return StoreConnection.connect(config, LOG::warn);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the object store", e);
        }
    }

    private static ServingSettings settings(ServingConfig config) {
        return new ServingSettings(
                new ServingSettings.Batch(config.maxSequences(), config.contextLength(), config.prefillTokens()),
                new ServingSettings.House(config.queueLimit(), config.tenantLimit(), config.maxPromptChars()),
                new ServingSettings.Memory(
                        config.adapterMemory().asLongValue(),
                        config.adapterQueueLimit(),
                        config.adapterPatience(),
                        config.parallelLoads(),
                        config.scratch()),
                new ServingSettings.Texts(config.maxInputs(), config.encoderBatchTokens()),
                config.resolutionTtl());
    }
}
