package dev.lorikeet.serving.loop;

import dev.lorikeet.registry.adapter.AdapterReference;
import dev.lorikeet.registry.adapter.AdapterState;
import dev.lorikeet.registry.adapter.Adapters;
import dev.lorikeet.registry.adapter.Alias;
import dev.lorikeet.registry.adapter.BaseModelRef;
import dev.lorikeet.registry.adapter.Selector;
import dev.lorikeet.registry.adapter.Version;
import dev.lorikeet.registry.store.NotFound;
import dev.lorikeet.registry.store.RegistryException;
import dev.lorikeet.registry.store.StoreRefused;
import dev.lorikeet.registry.store.StoreUnavailable;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.AliasName;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the revision that a tenant's request means. What the registry said is remembered until an adapter event says that
 * it changed, or for the time to live, whichever comes first; while the store is away, what was known last goes on
 * counting, save what is known to be deleted. Thread-safe; blocks while it reads the store, one reader for each adapter.
 */
public final class AdapterDirectory {
    private static final Logger LOG = Logger.getLogger(AdapterDirectory.class);
    private static final AliasName PRODUCTION = new AliasName("production");
    private static final int MAX_REMEMBERED = 10_000;
    /** Adapters' factors are kept in float32 at most. */
    private static final long BYTES_PER_PARAMETER = 4;

    private final Adapters adapters;
    private final BaseModelRef base;
    private final Duration timeToLive;
    private final RandomGenerator random;
    private final LongSupplier nanos;
    private final Map<Key, Slot> slots = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Slot> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    private record Key(TenantId tenant, AdapterName adapter) {}

    private static final class Slot {
        final ReentrantLock reading = new ReentrantLock();
        final AtomicLong changes = new AtomicLong();
        volatile @Nullable Known known;
        volatile boolean deleted;
    }

    /** What the registry said, {@code at} some time, after so many changes. */
    private record Known(AdapterState state, Map<Long, Version> versions, long changes, long at) {}

    /**
     * @param base the model that adapters must belong to
     * @param timeToLive how long an answer counts without any news
     * @param random chooses among a canary's targets
     * @param nanos a monotonic clock
     */
    AdapterDirectory(
            Adapters adapters, BaseModelRef base, Duration timeToLive, RandomGenerator random, LongSupplier nanos) {
        this.adapters = adapters;
        this.base = base;
        this.timeToLive = timeToLive;
        this.random = random;
        this.nanos = nanos;
    }

    /**
     * The revision that a request means now.
     *
     * @throws RejectedException NOT_FOUND if the tenant has no such adapter, version or alias; FAILED_PRECONDITION if it
     *     belongs to another base model; UNAVAILABLE if the store is away and nothing is known
     */
    RevisionRef find(TenantId tenant, AdapterReference reference) {
        Key key = new Key(tenant, reference.adapter());
        Known known = known(key, slot(key));
        Version version = switch (reference.selector()) {
            case Selector.Default() -> {
                Optional<Alias> production = alias(known, PRODUCTION);
                yield production.isPresent()
                        ? version(key, known, production.get().choose(random))
                        : newest(key, known);
            }
            case Selector.Newest() -> newest(key, known);
            case Selector.Numbered(long number) -> version(key, known, number);
            case Selector.Named(AliasName name) -> {
                Alias alias = alias(known, name).orElseThrow(() -> notFound(key));
                yield version(key, known, alias.choose(random));
            }
        };
        checkBase(key, version);
        return new RevisionRef(
                tenant,
                reference.adapter(),
                version.number(),
                version.revision(),
                Math.multiplyExact(version.description().parameters(), BYTES_PER_PARAMETER));
    }

    /** The adapter changed: what is known of it no longer counts once the store can be asked. */
    void changed(TenantId tenant, AdapterName adapter, boolean deleted) {
        Slot slot;
        synchronized (slots) {
            slot = slots.get(new Key(tenant, adapter));
        }
        if (slot != null) {
            slot.deleted = deleted;
            slot.changes.incrementAndGet();
        }
    }

    private Slot slot(Key key) {
        synchronized (slots) {
            return slots.computeIfAbsent(key, k -> new Slot());
        }
    }

    private Known known(Key key, Slot slot) {
        Known known = slot.known;
        if (known != null && fresh(known, slot)) {
            return known;
        }
        slot.reading.lock();
        try {
            known = slot.known;
            if (known != null && fresh(known, slot)) {
                return known;
            }
            return read(key, slot);
        } catch (StoreUnavailable | StoreRefused e) {
            if (known != null && !slot.deleted) {
                LOG.warnf(
                        "the store is away; adapter %s/%s goes on as it was known last: %s",
                        key.tenant, key.adapter, e.getMessage());
                return known;
            }
            throw RegistryRejections.of(e);
        } catch (RegistryException e) {
            throw RegistryRejections.of(e);
        } finally {
            slot.reading.unlock();
        }
    }

    private Known read(Key key, Slot slot) {
        // Counted before reading: a change that comes meanwhile makes the answer stale at once.
        long changes = slot.changes.get();
        AdapterState state = adapters.state(key.tenant, key.adapter);
        Known read = new Known(state, new ConcurrentHashMap<>(), changes, nanos.getAsLong());
        slot.known = read;
        return read;
    }

    private boolean fresh(Known known, Slot slot) {
        // What does not exist is asked for again soon: its event may be lost with the broker away.
        Duration life = known.state.deleted() ? timeToLive.dividedBy(10) : timeToLive;
        return known.changes == slot.changes.get() && nanos.getAsLong() - known.at < life.toNanos();
    }

    private static Optional<Alias> alias(Known known, AliasName name) {
        return known.state.aliases().stream()
                .filter(alias -> alias.name().equals(name) && !alias.targets().isEmpty())
                .findFirst();
    }

    private static Version newest(Key key, Known known) {
        return known.state.newest().orElseThrow(() -> notFound(key));
    }

    private Version version(Key key, Known known, long number) {
        Version newest = newest(key, known);
        if (newest.number() == number) {
            return newest;
        }
        Version remembered = known.versions.get(number);
        if (remembered != null) {
            return remembered;
        }
        try {
            Version version = adapters.resolve(key.tenant, key.adapter, new Selector.Numbered(number), random);
            known.versions.put(number, version);
            return version;
        } catch (NotFound e) {
            throw notFound(key);
        } catch (RegistryException e) {
            throw RegistryRejections.of(e);
        }
    }

    /** One message for whatever is missing, of whomever. */
    private static RejectedException notFound(Key key) {
        return Rejection.of(Code.NOT_FOUND, "you have no adapter '" + key.adapter + "' with such a version or alias")
                .asException();
    }

    private void checkBase(Key key, Version version) {
        BaseModelRef wanted = version.description().baseModel();
        boolean same = wanted.digest().isEmpty()
                ? wanted.name().equals(base.name())
                : wanted.digest().equals(base.digest());
        if (!same) {
            throw Rejection.of(
                            Code.FAILED_PRECONDITION,
                            "version " + version.number() + " of adapter '" + key.adapter
                                    + "' was trained for base model '" + wanted.name() + "' (" + brief(wanted.digest())
                                    + "); this service has '" + base.name() + "' (" + brief(base.digest()) + ")")
                    .asException();
        }
    }

    private static String brief(String digest) {
        return digest.isEmpty() ? "digest unknown" : digest.substring(0, Math.min(12, digest.length()));
    }
}
