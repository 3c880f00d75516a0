package dev.lorikeet.serving.loop;

import dev.lorikeet.registry.adapter.AdapterReference;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.Selector;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What follows from a change of an adapter: new requests are resolved anew; revisions whose versions were deleted drain
 * out of memory; and if the adapter is in use here, its new revision is loaded before anyone has to wait for it. Requests
 * in flight end on the revision that they began with. Thread-safe.
 */
public final class AdapterChanges {
    private static final Logger LOG = Logger.getLogger(AdapterChanges.class);
    private static final Duration WARM_UP = Duration.ofMinutes(1);

    private final Adapters adapters;
    private final AdapterDirectory directory;
    private final AdapterPool pool;
    private final Consumer<AdapterState> announcer;

    /** Announces changes made here to the other replicas through {@code announcer}, which must not block. */
    AdapterChanges(Adapters adapters, AdapterDirectory directory, AdapterPool pool, Consumer<AdapterState> announcer) {
        this.adapters = adapters;
        this.directory = directory;
        this.pool = pool;
        this.announcer = announcer;
    }

    /** Someone changed the adapter; quick. */
    public void seen(TenantId tenant, AdapterName adapter, boolean deleted) {
        directory.changed(tenant, adapter, deleted);
        if (!pool.revisionsOf(tenant, adapter).isEmpty()) {
            Thread.ofVirtual().name("follow-" + tenant + "/" + adapter).start(() -> follow(tenant, adapter));
        }
    }

    /** This service changed the adapter; blocks while it reads how it now stands. */
    public void announce(TenantId tenant, AdapterName adapter) {
        directory.changed(tenant, adapter, false);
        try {
            AdapterState state = adapters.state(tenant, adapter);
            announcer.accept(state);
            seen(tenant, adapter, state.deleted());
        } catch (RegistryException e) {
            // The change itself is done; the other replicas see it when their time to live runs out.
            LOG.warnf(e, "the change of adapter %s/%s could not be announced", tenant, adapter);
        }
    }

    private void follow(TenantId tenant, AdapterName adapter) {
        try {
            Set<String> live = adapters.versions(tenant, adapter).stream()
                    .map(Version::revision)
                    .collect(Collectors.toSet());
            pool.revisionsOf(tenant, adapter).stream()
                    .filter(revision -> !live.contains(revision))
                    .forEach(pool::retire);
            if (!live.isEmpty()) {
                RevisionRef next = directory.find(tenant, new AdapterReference(adapter, new Selector.Default()));
                pool.acquire(next, new CallScope(System.nanoTime() + WARM_UP.toNanos()))
                        .close();
            }
        } catch (RejectedException | RegistryException e) {
            LOG.warnf("adapter %s/%s: its change is followed at the next request: %s", tenant, adapter, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
