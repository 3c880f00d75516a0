package dev.lorikeet.serving.loop;

import dev.lorikeet.serving.loop.AdapterSource.Loaded;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.residency.Residency;
import dev.lorikeet.serving.residency.ResidencyEffect;
import dev.lorikeet.serving.residency.ResidencyEffect.Evict;
import dev.lorikeet.serving.residency.ResidencyEffect.Fail;
import dev.lorikeet.serving.residency.ResidencyEffect.Grant;
import dev.lorikeet.serving.residency.ResidencyEffect.Load;
import dev.lorikeet.serving.residency.ResidencyEffect.Refuse;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The adapters in memory: does what {@link Residency} decides, with one lock around it and the loading on virtual threads
 * of its own, so that a cold adapter holds up only those who asked for it. Thread-safe.
 */
public final class AdapterPool implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AdapterPool.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Is told about loads, for the metrics. */
    public interface Observer {
        void loaded(Duration took);

        void loadFailed();

        void evicted();
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Residency residency;
    private final AdapterSource source;
    private final Semaphore loads;
    private final Observer observer;
    private final Map<String, Resident> loaded = new HashMap<>();
    private final Map<String, RejectedException> failures = new HashMap<>();
    private final Map<Long, Request> requests = new HashMap<>();
    private long lastTicket;
    private boolean closed;

    private record Request(RevisionRef revision, CompletableFuture<Loaded> granted) {}

    private record Resident(RevisionRef revision, Loaded adapter) {}

    private record Change<T>(T result, List<ResidencyEffect> effects) {}

    /** Loads at most {@code parallelLoads} adapters at a time. */
    AdapterPool(Residency residency, AdapterSource source, int parallelLoads, Observer observer) {
        this.residency = residency;
        this.source = source;
        this.loads = new Semaphore(parallelLoads);
        this.observer = observer;
    }

    /**
     * Waits until the revision is in memory and leases it.
     *
     * @throws RejectedException if it cannot be loaded, there is no room, or the scope ended first
     */
    AdapterLease acquire(RevisionRef revision, CallScope scope) throws InterruptedException {
        CompletableFuture<Loaded> granted = new CompletableFuture<>();
        long ticket = change(now -> {
            if (closed) {
                throw Rejection.of(Code.UNAVAILABLE, "the service is stopping").asException();
            }
            long next = ++lastTicket;
            requests.put(next, new Request(revision, granted));
            return new Change<>(next, residency.acquire(next, revision.revision(), revision.residentBytes(), now));
        });
        scope.onCancel(() -> granted.completeExceptionally(
                Rejection.of(Code.CANCELLED, "the caller went away").asException()));
        boolean held = false;
        try {
            long patience = scope.deadlineNanos() == Long.MAX_VALUE
                    ? Long.MAX_VALUE
                    : scope.deadlineNanos() - System.nanoTime();
            Loaded adapter = granted.get(patience, TimeUnit.NANOSECONDS);
            held = true;
            return new AdapterLease(adapter.adapter(), () -> release(ticket));
        } catch (TimeoutException e) {
            throw Rejection.of(Code.DEADLINE_EXCEEDED, "the deadline passed while the adapter was loaded")
                    .asException();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RejectedException rejected) {
                throw new RejectedException(rejected.rejection());
            }
            throw new IllegalStateException("revision " + revision.revision() + " could not be leased", e.getCause());
        } finally {
            if (!held) {
                release(ticket);
            }
        }
    }

    /** The revision's version was deleted: it leaves memory once nobody uses it. */
    void retire(String revision) {
        change(now -> new Change<>(revision, residency.retire(revision, now)));
    }

    /** The revisions of an adapter that are in memory. */
    Set<String> revisionsOf(TenantId tenant, AdapterName adapter) {
        return read(r -> loaded.values().stream()
                .map(Resident::revision)
                .filter(ref -> ref.tenant().equals(tenant) && ref.adapter().equals(adapter))
                .map(RevisionRef::revision)
                .collect(Collectors.toSet()));
    }

    public Set<String> ready() {
        return read(Residency::ready);
    }

    public int leases() {
        return read(Residency::leases);
    }

    public long usedBytes() {
        return read(Residency::usedBytes);
    }

    public int waiting() {
        return read(Residency::waiting);
    }

    /** Frees all adapters; call once nothing runs any more. */
    @Override
    public void close() {
        List<Loaded> all;
        lock.lock();
        try {
            closed = true;
            all = loaded.values().stream().map(Resident::adapter).toList();
            loaded.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(AdapterPool::free);
    }

    private void release(long ticket) {
        change(now -> {
            requests.remove(ticket);
            return new Change<>(ticket, residency.release(ticket, now));
        });
    }

    private <T> T read(Function<Residency, T> question) {
        lock.lock();
        try {
            return question.apply(residency);
        } finally {
            lock.unlock();
        }
    }

    /** Changes the residency under the lock and does what follows from it; freeing memory waits until after it. */
    private <T> T change(LongFunction<Change<T>> change) {
        Change<T> changed;
        List<Loaded> evicted = new ArrayList<>();
        lock.lock();
        try {
            changed = change.apply(System.nanoTime());
            for (ResidencyEffect effect : changed.effects()) {
                perform(effect, evicted);
            }
        } finally {
            lock.unlock();
        }
        evicted.forEach(AdapterPool::free);
        return changed.result();
    }

    private void perform(ResidencyEffect effect, List<Loaded> evicted) {
        switch (effect) {
            case Load(long ticket, String revision) -> {
                RevisionRef ref = request(ticket).revision();
                Thread.ofVirtual().name("load-" + revision).start(() -> load(ref));
            }
            case Evict(String revision) -> {
                Resident resident = loaded.remove(revision);
                if (resident != null) {
                    evicted.add(resident.adapter());
                    observer.evicted();
                }
            }
            case Grant(long ticket, String revision) -> {
                Resident resident = loaded.get(revision);
                if (resident == null) {
                    throw new IllegalStateException("revision " + revision + " is not in memory");
                }
                request(ticket).granted().complete(resident.adapter());
            }
            case Refuse(long ticket, ResidencyEffect.RefusedFor reason) -> {
                request(ticket).granted().completeExceptionally(refusal(reason).asException());
            }
            case Fail(long ticket, String revision) -> {
                RejectedException failure = failures.get(revision);
                if (failure == null) {
                    throw new IllegalStateException("revision " + revision + " did not fail");
                }
                request(ticket).granted().completeExceptionally(failure);
            }
        }
    }

    private static Rejection refusal(ResidencyEffect.RefusedFor reason) {
        return switch (reason) {
            case LARGER_THAN_BUDGET ->
                Rejection.of(
                        Code.FAILED_PRECONDITION,
                        "the adapter is larger than the memory that this service has for adapters");
            case NO_ROOM -> Rejection.exhausted("all memory for adapters is in use; try again shortly", RETRY_AFTER);
        };
    }

    private Request request(long ticket) {
        Request request = requests.get(ticket);
        if (request == null) {
            throw new IllegalStateException("ticket " + ticket + " is not known");
        }
        return request;
    }

    private void load(RevisionRef ref) {
        long start = System.nanoTime();
        @Nullable Loaded adapter = null;
        RejectedException failure =
                Rejection.of(Code.INTERNAL, "the adapter could not be loaded").asException();
        loads.acquireUninterruptibly();
        try {
            adapter = source.load(ref);
        } catch (RejectedException e) {
            LOG.warnf(e, "revision %s of %s/%s was refused", ref.revision(), ref.tenant(), ref.adapter());
            failure = e;
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "revision %s of %s/%s could not be loaded", ref.revision(), ref.tenant(), ref.adapter());
        } finally {
            loads.release();
        }
        if (adapter == null) {
            observer.loadFailed();
            failed(ref.revision(), failure);
        } else {
            observer.loaded(Duration.ofNanos(System.nanoTime() - start));
            arrived(ref, adapter);
        }
    }

    private void arrived(RevisionRef ref, Loaded adapter) {
        boolean late = change(now -> {
            if (closed) {
                return new Change<>(true, List.of());
            }
            loaded.put(ref.revision(), new Resident(ref, adapter));
            return new Change<>(false, residency.loaded(ref.revision(), adapter.bytes(), now));
        });
        if (late) {
            free(adapter);
        }
    }

    private void failed(String revision, RejectedException failure) {
        lock.lock();
        try {
            failures.put(revision, failure);
            change(now -> new Change<>(revision, residency.failed(revision, now)));
        } finally {
            failures.remove(revision);
            lock.unlock();
        }
    }

    private static void free(Loaded adapter) {
        try {
            adapter.close();
        } catch (RuntimeException e) {
            LOG.error("an adapter's memory could not be freed", e);
        }
    }
}
