package dev.lorikeet.serving.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.engine.adapter.ResidentAdapter;
import dev.lorikeet.serving.rejection.RejectedException;
import dev.lorikeet.serving.rejection.Rejection;
import dev.lorikeet.serving.rejection.Rejection.Code;
import dev.lorikeet.serving.residency.Residency;
import dev.lorikeet.tenancy.AdapterName;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdapterPoolTest {
    private static final TenantId ACME = new TenantId("acme");
    private final FakeSource source = new FakeSource();
    private final AdapterPool pool =
            new AdapterPool(new Residency(100, 50, Duration.ofSeconds(10).toNanos()), source, 4, new Observer());
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void noLeaseIsLeft() {
        callers.shutdownNow();
        callers.close();
        assertThat(pool.leases()).isZero();
        pool.close();
        assertThat(source.freed).hasValue(source.loads.get() - source.failures.get());
    }

    @Test
    void hundredColdRequestsCauseOneDownload() throws Exception {
        source.gate = new CountDownLatch(1);
        List<Future<AdapterLease>> leases = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            leases.add(callers.submit(() -> pool.acquire(revision("a", 10), scope())));
        }
        while (pool.waiting() < 100) {
            Thread.onSpinWait();
        }
        source.gate.countDown();

        for (Future<AdapterLease> lease : leases) {
            lease.get().close();
        }
        assertThat(source.loads).hasValue(1);
    }

    @Test
    void coldAdapterDoesNotHoldUpAResidentOne() throws Exception {
        pool.acquire(revision("warm", 10), scope()).close();
        source.gate = new CountDownLatch(1);
        Future<AdapterLease> cold = callers.submit(() -> pool.acquire(revision("cold", 10), scope()));

        pool.acquire(revision("warm", 10), scope()).close();

        assertThat(cold.isDone()).isFalse();
        source.gate.countDown();
        cold.get().close();
    }

    @Test
    void failureIsToldAndNotRemembered() throws InterruptedException {
        source.failure = Rejection.of(Code.DATA_LOSS, "damaged").asException();
        assertRejected(() -> pool.acquire(revision("a", 10), scope()), Code.DATA_LOSS);

        source.failure = null;
        pool.acquire(revision("a", 10), scope()).close();
        assertThat(source.loads).hasValue(2);
    }

    @Test
    void deadlineOfOneWaiterDoesNotDisturbTheOthers() throws Exception {
        source.gate = new CountDownLatch(1);
        Future<AdapterLease> patient = callers.submit(() -> pool.acquire(revision("a", 10), scope()));

        assertRejected(
                () -> pool.acquire(revision("a", 10), new CallScope(System.nanoTime() + 1000)), Code.DEADLINE_EXCEEDED);
        source.gate.countDown();
        patient.get().close();
    }

    @Test
    void callerThatGoesAwayWhileItLoadsHoldsNothing() throws Exception {
        source.gate = new CountDownLatch(1);
        CallScope scope = scope();
        Future<AdapterLease> caller = callers.submit(() -> pool.acquire(revision("a", 10), scope));
        while (pool.waiting() == 0) {
            Thread.onSpinWait();
        }
        scope.cancel();

        assertThatThrownBy(caller::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.rejection().code()).isEqualTo(Code.CANCELLED));
        assertThat(pool.waiting()).isZero();
        source.gate.countDown();
        pool.acquire(revision("a", 10), scope()).close();
    }

    @Test
    void oneMoreThanFitsWaitsUntilALeaseIsGivenUp() throws Exception {
        AdapterLease first = pool.acquire(revision("a", 60), scope());
        Future<AdapterLease> second = callers.submit(() -> pool.acquire(revision("b", 60), scope()));
        while (pool.waiting() == 0) {
            Thread.onSpinWait();
        }
        first.close();

        second.get().close();
        assertThat(pool.ready()).containsExactly("b");
    }

    @Test
    void leaseClosedTwiceIsCountedOnce() throws InterruptedException {
        AdapterLease first = pool.acquire(revision("a", 10), scope());
        AdapterLease second = pool.acquire(revision("a", 10), scope());
        first.close();
        first.close();

        assertThat(pool.leases()).isOne();
        second.close();
    }

    @Test
    void tooLargeForAllMemoryIsRefused() {
        assertRejected(() -> pool.acquire(revision("a", 101), scope()), Code.FAILED_PRECONDITION);
    }

    /** Threads that come and go over too little memory: nobody hangs, the books are even, memory is kept. */
    @Test
    void anyTrafficKeepsTheBooks() throws Exception {
        long seed = System.nanoTime();
        List<Future<Integer>> results = new ArrayList<>();
        for (int caller = 0; caller < 30; caller++) {
            Random random = new Random(seed + caller);
            Callable<Integer> traffic = () -> {
                int served = 0;
                for (int i = 0; i < 50; i++) {
                    int which = random.nextInt(8);
                    AdapterLease lease = pool.acquire(revision("r" + which, 10 + which * 8), scope());
                    assertThat(pool.usedBytes()).as("seed %s", seed).isLessThanOrEqualTo(100);
                    lease.close();
                    served++;
                }
                return served;
            };
            results.add(callers.submit(traffic));
        }

        for (Future<Integer> result : results) {
            assertThat(result.get()).as("seed %s", seed).isEqualTo(50);
        }
    }

    private static void assertRejected(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Code code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RejectedException.class,
                        e -> assertThat(e.rejection().code()).isEqualTo(code));
    }

    private static RevisionRef revision(String name, long bytes) {
        return new RevisionRef(ACME, new AdapterName("triage"), 1, name, bytes);
    }

    private static CallScope scope() {
        return new CallScope(Long.MAX_VALUE);
    }

    private static final class FakeSource implements AdapterSource {
        final AtomicInteger loads = new AtomicInteger();
        final AtomicInteger failures = new AtomicInteger();
        final AtomicInteger freed = new AtomicInteger();
        volatile @Nullable CountDownLatch gate;
        volatile @Nullable RejectedException failure;

        @Override
        public Loaded load(RevisionRef revision) {
            loads.incrementAndGet();
            CountDownLatch closed = gate;
            if (closed != null) {
                CompletableFuture.runAsync(() -> await(closed), Runnable::run).join();
            }
            RejectedException failing = failure;
            if (failing != null) {
                failures.incrementAndGet();
                throw failing;
            }
            return new Loaded() {
                @Override
                public @Nullable ResidentAdapter adapter() {
                    return null;
                }

                @Override
                public long bytes() {
                    return revision.residentBytes();
                }

                @Override
                public void close() {
                    freed.incrementAndGet();
                }
            };
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Observer implements AdapterPool.Observer {
        @Override
        public void loaded(Duration took) {
            // Not looked at.
        }

        @Override
        public void loadFailed() {
            // Not looked at.
        }

        @Override
        public void evicted() {
            // Not looked at.
        }
    }
}
