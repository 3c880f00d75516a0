package dev.lorikeet.serving.residency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.serving.residency.ResidencyEffect.Evict;
import dev.lorikeet.serving.residency.ResidencyEffect.Fail;
import dev.lorikeet.serving.residency.ResidencyEffect.Grant;
import dev.lorikeet.serving.residency.ResidencyEffect.Load;
import dev.lorikeet.serving.residency.ResidencyEffect.Refuse;
import dev.lorikeet.serving.residency.ResidencyEffect.RefusedFor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ResidencyTest {
    private static final long PATIENCE = 1000;

    @Test
    void hundredColdRequestsCauseOneLoad() {
        Residency residency = new Residency(100, 10, PATIENCE);
        List<ResidencyEffect> effects = new ArrayList<>();
        for (long ticket = 0; ticket < 100; ticket++) {
            effects.addAll(residency.acquire(ticket, "a", 10, 0));
        }
        assertThat(effects).containsExactly(new Load(0, "a"));

        assertThat(residency.loaded("a", 10, 1)).hasSize(100).allMatch(Grant.class::isInstance);
        assertThat(residency.leases()).isEqualTo(100);
    }

    @Test
    void failureEndsThoseWhoWaitedAndIsForgotten() {
        Residency residency = new Residency(100, 10, PATIENCE);
        residency.acquire(1, "a", 10, 0);
        residency.acquire(2, "a", 10, 0);

        assertThat(residency.failed("a", 1)).containsExactly(new Fail(1, "a"), new Fail(2, "a"));
        assertThat(residency.acquire(3, "a", 10, 2)).containsExactly(new Load(3, "a"));
        assertThat(residency.usedBytes()).isEqualTo(10);
    }

    @Test
    void leastRecentlyUsedWithoutALeaseMakesRoom() {
        Residency residency = new Residency(30, 10, PATIENCE);
        hold(residency, 1, "a", 10, 1);
        hold(residency, 2, "b", 10, 2);
        hold(residency, 3, "c", 10, 3);
        residency.release(2, 4);
        residency.release(1, 5);

        assertThat(residency.acquire(4, "d", 10, 6)).containsExactly(new Evict("b"), new Load(4, "d"));
    }

    @Test
    void everythingInUseMeansWaitingAndThenRefusal() {
        Residency residency = new Residency(10, 1, PATIENCE);
        hold(residency, 1, "a", 10, 0);

        assertThat(residency.acquire(2, "b", 10, 1)).isEmpty();
        assertThat(residency.acquire(3, "c", 10, 2)).containsExactly(new Refuse(3, RefusedFor.NO_ROOM));
        assertThat(residency.release(1, 3)).containsExactly(new Evict("a"), new Load(2, "b"));
    }

    @Test
    void adapterLargerThanAllMemoryIsRefusedAtOnce() {
        Residency residency = new Residency(10, 1, PATIENCE);

        assertThat(residency.acquire(1, "a", 11, 0)).containsExactly(new Refuse(1, RefusedFor.LARGER_THAN_BUDGET));
        assertThat(residency.usedBytes()).isZero();
    }

    @Test
    void steadyUseOfOneAdapterDoesNotKeepAnotherOutForEver() {
        Residency residency = new Residency(10, 100, PATIENCE);
        hold(residency, 1, "a", 10, 0);
        residency.acquire(2, "b", 10, 1);
        assertThat(residency.acquire(3, "a", 10, 2)).containsExactly(new Grant(3, "a"));

        long late = 2 + PATIENCE;
        assertThat(residency.acquire(4, "a", 10, late)).isEmpty();
        assertThat(residency.release(1, late)).isEmpty();
        assertThat(residency.release(3, late)).containsExactly(new Evict("a"), new Load(2, "b"));
        assertThat(residency.loaded("b", 10, late)).containsExactly(new Grant(2, "b"));
        assertThat(residency.release(2, late)).containsExactly(new Evict("b"), new Load(4, "a"));
    }

    @Test
    void retiredRevisionDrainsAndThenGoes() {
        Residency residency = new Residency(10, 1, PATIENCE);
        hold(residency, 1, "a", 10, 0);

        assertThat(residency.retire("a", 1)).isEmpty();
        assertThat(residency.ready()).containsExactly("a");
        assertThat(residency.release(1, 2)).containsExactly(new Evict("a"));
        assertThat(residency.usedBytes()).isZero();
    }

    @Test
    void givingUpWhileItLoadsLeavesNoLeaseBehind() {
        Residency residency = new Residency(10, 1, PATIENCE);
        residency.acquire(1, "a", 10, 0);
        residency.release(1, 1);

        assertThat(residency.loaded("a", 10, 2)).isEmpty();
        assertThat(residency.leases()).isZero();
        assertThat(residency.acquire(2, "a", 10, 3)).containsExactly(new Grant(2, "a"));
    }

    @Test
    void adapterThatTurnsOutLargerPushesOutTheIdleOnes() {
        Residency residency = new Residency(20, 1, PATIENCE);
        hold(residency, 1, "a", 10, 0);
        residency.release(1, 1);
        residency.acquire(2, "b", 10, 2);

        assertThat(residency.loaded("b", 15, 3)).containsExactly(new Grant(2, "b"), new Evict("a"));
        assertThat(residency.usedBytes()).isEqualTo(15);
    }

    /** Any order of calls: budget kept, one load at a time, leases exact, everyone answered in the end. */
    @Test
    void anyOrderOfCallsKeepsTheBooks() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            new Simulation(random, "seed " + seed + ", round " + round).run();
        }
    }

    private static void hold(Residency residency, long ticket, String revision, long bytes, long now) {
        residency.acquire(ticket, revision, bytes, now);
        assertThat(residency.loaded(revision, bytes, now)).contains(new Grant(ticket, revision));
    }

    private static final class Simulation {
        private static final long BUDGET = 100;
        private final Random random;
        private final String what;
        private final Residency residency = new Residency(BUDGET, 8, PATIENCE);
        private final Set<String> loading = new HashSet<>();
        private final Set<String> memory = new HashSet<>();
        private final Map<Long, String> held = new HashMap<>();
        private final Map<Long, String> waiting = new HashMap<>();
        private long lastTicket;
        private long now;

        Simulation(Random random, String what) {
            this.random = random;
            this.what = what;
        }

        void run() {
            for (int i = 0; i < 400; i++) {
                now += random.nextInt(200);
                switch (random.nextInt(6)) {
                    case 0, 1 -> acquire();
                    case 2 -> settleLoad();
                    case 3 -> release(held);
                    case 4 -> {
                        if (random.nextInt(4) == 0) {
                            release(waiting);
                        } else {
                            release(held);
                        }
                    }
                    default -> {
                        if (random.nextInt(5) == 0) {
                            apply(residency.retire("r" + random.nextInt(12), now));
                        }
                    }
                }
                check();
            }
            for (int i = 0; i < 2000 && !(waiting.isEmpty() && held.isEmpty()); i++) {
                settleLoad();
                release(held);
                check();
            }
            assertThat(waiting).as("%s: everyone is answered", what).isEmpty();
            assertThat(residency.leases()).as(what).isZero();
            assertThat(residency.waiting()).as(what).isZero();
        }

        private void acquire() {
            long ticket = ++lastTicket;
            int which = random.nextInt(12);
            waiting.put(ticket, "r" + which);
            apply(residency.acquire(ticket, "r" + which, 10 + which * 5L, now));
        }

        private void settleLoad() {
            if (loading.isEmpty()) {
                return;
            }
            String revision = loading.stream().sorted().toList().get(random.nextInt(loading.size()));
            loading.remove(revision);
            if (random.nextInt(4) == 0) {
                apply(residency.failed(revision, now));
            } else {
                memory.add(revision);
                apply(residency.loaded(revision, 10 + Integer.parseInt(revision.substring(1)) * 5L, now));
            }
        }

        private void release(Map<Long, String> from) {
            if (from.isEmpty()) {
                return;
            }
            long ticket = from.keySet().stream().sorted().toList().get(random.nextInt(from.size()));
            from.remove(ticket);
            apply(residency.release(ticket, now));
        }

        private void apply(List<ResidencyEffect> effects) {
            for (ResidencyEffect effect : effects) {
                switch (effect) {
                    case Load(long ticket, String revision) -> {
                        assertThat(waiting.get(ticket)).as(what).isEqualTo(revision);
                        assertThat(memory).as(what).doesNotContain(revision);
                        assertThat(loading.add(revision))
                                .as("%s: one load at a time", what)
                                .isTrue();
                    }
                    case Evict(String revision) -> {
                        assertThat(memory.remove(revision)).as(what).isTrue();
                        assertThat(held.values())
                                .as("%s: pinned while leased", what)
                                .doesNotContain(revision);
                    }
                    case Grant(long ticket, String revision) -> {
                        assertThat(waiting.remove(ticket)).as(what).isEqualTo(revision);
                        assertThat(memory).as(what).contains(revision);
                        held.put(ticket, revision);
                    }
                    case Fail(long ticket, String revision) ->
                        assertThat(waiting.remove(ticket)).as(what).isEqualTo(revision);
                    case Refuse(long ticket, RefusedFor _) ->
                        assertThat(waiting.remove(ticket)).as(what).isNotNull();
                }
            }
        }

        private void check() {
            assertThat(residency.usedBytes()).as(what).isLessThanOrEqualTo(BUDGET);
            assertThat(residency.leases()).as(what).isEqualTo(held.size());
            assertThat(residency.waiting()).as(what).isEqualTo(waiting.size());
            assertThat(residency.ready()).as(what).isEqualTo(memory);
        }
    }
}
