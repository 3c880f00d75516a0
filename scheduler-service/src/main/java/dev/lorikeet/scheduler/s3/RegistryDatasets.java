package dev.lorikeet.scheduler.s3;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.registry.Registry;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.config.StoreConnection;
import dev.lorikeet.registry.s3.StoreSettings;
import dev.lorikeet.registry.store.Corrupt;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.scheduler.decision.Inquiry;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.kafka.DatasetStore;
import dev.lorikeet.scheduler.kafka.PublishedVersions;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Datasets and versions in the registry. Connects ahead or when first needed, so that the scheduler runs while the store is away. */
public final class RegistryDatasets implements DatasetStore, PublishedVersions, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RegistryDatasets.class);

    private final StoreSettings settings;
    private final ReentrantLock connecting = new ReentrantLock();
    private volatile @Nullable Registry registry;

    public RegistryDatasets(StoreSettings settings) {
        this.settings = requireNonNull(settings, "settings");
    }

    /**
     * Connects before the first request asks for it. A store that does not answer in time, or does not let us in, is
     * told of and tried again when it is needed.
     */
    public void connectAhead(Duration patience) throws InterruptedException {
        try {
            StoreConnection.patiently(patience, this::connected, LOG::warn);
            LOG.infof("object store: %s", settings);
        } catch (RegistryException e) {
            LOG.errorf("the object store %s does not serve; requests that need it wait: %s", settings, e.getMessage());
        }
    }

    @Override
    public DatasetAddress put(TenantId tenant, List<String> lines) throws Unavailable {
        byte[] content = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        return ask(all -> all.datasets().put(tenant, content));
    }

    @Override
    public boolean exists(DatasetAddress address) throws Unavailable {
        return ask(all -> all.datasets().exists(address));
    }

    @Override
    public Optional<Outcome> of(Inquiry inquiry) throws Unavailable {
        return ask(all -> {
            try {
                return all.adapters()
                        .versionOfJob(inquiry.tenant(), new AdapterName(inquiry.adapter()), inquiry.job())
                        .map(version -> outcome(inquiry.attempt(), version));
            } catch (Corrupt e) {
                LOG.errorf(e, "no version of job %s can be read", inquiry.job());
                return Optional.empty();
            }
        });
    }

    static Outcome outcome(int attempt, Version version) {
        Map<String, Double> metrics = version.description().metrics();
        return new Outcome(
                attempt,
                version.number(),
                version.revision(),
                metrics.getOrDefault("steps", 0.0).intValue(),
                metrics.getOrDefault("final_loss", 0.0),
                metrics.getOrDefault("training_seconds", 0.0));
    }

    private <T> T ask(Function<Registry, T> question) throws Unavailable {
        try {
            return question.apply(connected());
        } catch (RegistryException e) {
            LOG.warnf("the object store does not serve: %s", e.getMessage());
            throw new Unavailable("the object store does not serve", e);
        }
    }

    private Registry connected() {
        Registry known = registry;
        if (known != null) {
            return known;
        }
        connecting.lock();
        try {
            known = registry;
            if (known == null) {
                known = Registry.connect(settings);
                registry = known;
            }
            return known;
        } finally {
            connecting.unlock();
        }
    }

    @Override
    public void close() {
        Registry known = registry;
        if (known != null) {
            known.close();
        }
    }
}
