package dev.lorikeet.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.tenancy.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final long NEVER = Long.MAX_VALUE;

    @Test
    void aPictureComesInWholeAndCountsAsPrompt() {
        BatchPlanner small = new BatchPlanner(4);
        small.enqueue(1, ACME, new BatchPlanner.Prompt(3, 16), NEVER);
        small.enqueue(2, GLOBEX, new BatchPlanner.Prompt(2, 0), NEVER);

        assertThat(small.plan(0, 2).feeds()).containsExactly(new Feed(1, 3));
        small.generated(1);
        assertThat(small.plan(0, 0).feeds()).containsExactly(new Feed(1, 1), new Feed(2, 2));
    }

    @Test
    void decodingRowsGoOnWhileALongPromptIsTakenInChunks() {
        BatchPlanner planner = new BatchPlanner(4);
        planner.enqueue(1, ACME, 2, NEVER);
        assertThat(planner.plan(0, 8).feeds()).containsExactly(new Feed(1, 2));
        planner.generated(1);

        planner.enqueue(2, ACME, 10, NEVER);
        List<List<Feed>> steps = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            steps.add(planner.plan(0, 8).feeds());
            planner.generated(1);
        }

        assertThat(steps)
                .containsExactly(
                        List.of(new Feed(1, 1), new Feed(2, 4)),
                        List.of(new Feed(1, 1), new Feed(2, 4)),
                        List.of(new Feed(1, 1), new Feed(2, 2)));
    }

    @Test
    void promptsShareTheBudgetOfAStepInTheOrderOfAdmission() {
        BatchPlanner planner = new BatchPlanner(10);
        planner.enqueue(1, ACME, 6, NEVER);
        planner.enqueue(2, ACME, 6, NEVER);

        assertThat(planner.plan(0, 8).feeds()).containsExactly(new Feed(1, 6), new Feed(2, 4));
    }

    @Test
    void tenantWithManyRequestsDoesNotKeepAnotherWaiting() {
        BatchPlanner planner = new BatchPlanner(100);
        for (int i = 0; i < 50; i++) {
            planner.enqueue(i, ACME, 10, NEVER);
        }
        assertThat(planner.plan(0, 1).admitted()).containsExactly(0L);
        planner.enqueue(100, GLOBEX, 10, NEVER);
        planner.generated(0);
        planner.remove(0);

        assertThat(planner.plan(0, 1).admitted()).containsExactly(100L);
    }

    @Test
    void idlingSavesUpNoCredit() {
        BatchPlanner planner = new BatchPlanner(1000);
        long id = 0;
        for (int i = 0; i < 20; i++) {
            planner.enqueue(++id, ACME, 100, NEVER);
            planner.plan(0, 1);
            planner.generated(id);
            planner.remove(id);
        }
        for (int i = 0; i < 10; i++) {
            planner.enqueue(1000 + i, GLOBEX, 100, NEVER);
            planner.enqueue(2000 + i, ACME, 100, NEVER);
        }

        List<Long> order = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            long next = planner.plan(0, 1).admitted().getFirst();
            order.add(next);
            planner.generated(next);
            planner.remove(next);
        }

        assertThat(order.stream().filter(next -> next >= 2000)).hasSizeBetween(3, 5);
    }

    @Test
    void passedDeadlineEndsWaitingAndRunningRequestsAlike() {
        BatchPlanner planner = new BatchPlanner(10);
        planner.enqueue(1, ACME, 5, 100);
        planner.enqueue(2, ACME, 5, 100);
        planner.enqueue(3, ACME, 5, 101);
        planner.plan(99, 1);
        planner.generated(1);

        StepPlan plan = planner.plan(100, 0);

        assertThat(plan.expired()).containsExactly(1L, 2L);
        assertThat(planner.ids()).containsExactly(3L);
    }

    @Test
    void requestRemovedTwiceIsUnknownTheSecondTime() {
        BatchPlanner planner = new BatchPlanner(10);
        planner.enqueue(1, ACME, 5, NEVER);

        assertThat(planner.remove(1)).isTrue();
        assertThat(planner.remove(1)).isFalse();
        assertThat(planner.idle()).isTrue();
    }

    @Test
    void sameIdTwiceIsABug() {
        BatchPlanner planner = new BatchPlanner(10);
        planner.enqueue(1, ACME, 5, NEVER);

        assertThatThrownBy(() -> planner.enqueue(1, ACME, 5, NEVER)).isInstanceOf(IllegalStateException.class);
    }

    /** Random arrivals, cancellations and lengths: nobody is lost, nobody overtakes within a tenant, budgets are kept. */
    @Test
    void anyTrafficIsServedWithinItsBudgets() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            new Simulation(random, "seed " + seed + ", round " + round).run();
        }
    }

    /** Two tenants that always have requests waiting get the same service, whatever the sizes of their requests. */
    @Test
    void serviceGapOfTwoBackloggedTenantsIsBounded() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int slots = 4;
        int maxPrompt = 40;
        int maxAnswer = 30;
        BatchPlanner planner = new BatchPlanner(64);
        Map<Long, Integer> left = new HashMap<>();
        Map<Long, TenantId> owners = new HashMap<>();
        Map<TenantId, Long> service = new HashMap<>(Map.of(ACME, 0L, GLOBEX, 0L));
        Map<Long, Integer> prompts = new HashMap<>();
        long id = 0;
        for (int step = 0; step < 3000; step++) {
            while (owners.values().stream().filter(ACME::equals).count() < 20
                    || owners.values().stream().filter(GLOBEX::equals).count() < 20) {
                boolean small = owners.values().stream().filter(ACME::equals).count() < 20;
                TenantId tenant = small ? ACME : GLOBEX;
                int prompt = small ? 1 + random.nextInt(5) : 1 + random.nextInt(maxPrompt);
                planner.enqueue(++id, tenant, prompt, NEVER);
                owners.put(id, tenant);
                prompts.put(id, prompt);
                left.put(id, 1 + random.nextInt(maxAnswer));
            }
            StepPlan plan = planner.plan(step, slots - planner.running());
            for (long admitted : plan.admitted()) {
                service.merge(owners.get(admitted), (long) prompts.getOrDefault(admitted, 0), Long::sum);
            }
            for (Feed feed : plan.feeds()) {
                int pending = prompts.merge(feed.id(), -feed.tokens(), Integer::sum);
                if (pending > 0) {
                    continue;
                }
                planner.generated(feed.id());
                prompts.put(feed.id(), 1);
                service.merge(owners.get(feed.id()), 2L, Long::sum);
                if (left.merge(feed.id(), -1, Integer::sum) == 0) {
                    planner.remove(feed.id());
                    owners.remove(feed.id());
                }
            }
            long gap = Math.abs(service.getOrDefault(ACME, 0L) - service.getOrDefault(GLOBEX, 0L));
            assertThat(gap)
                    .as("seed %s, step %s", seed, step)
                    .isLessThanOrEqualTo(2L * Math.max(maxPrompt, 2 * slots * maxAnswer));
        }
    }

    private static final class Simulation {
        private static final int SLOTS = 3;
        private static final int BUDGET = 16;
        private final Random random;
        private final String what;
        private final BatchPlanner planner = new BatchPlanner(BUDGET);
        private final Map<Long, Integer> pending = new HashMap<>();
        private final Map<Long, Integer> left = new HashMap<>();
        private final Map<Long, TenantId> waiting = new HashMap<>();
        private long lastId;

        Simulation(Random random, String what) {
            this.random = random;
            this.what = what;
        }

        void run() {
            for (int step = 0; step < 200; step++) {
                if (step < 100) {
                    arrive();
                }
                if (random.nextInt(10) == 0) {
                    cancelAny();
                }
                step();
            }
            for (int step = 0; step < 5000 && !planner.idle(); step++) {
                step();
            }
            assertThat(planner.idle())
                    .as("%s: everyone is served in the end", what)
                    .isTrue();
            assertThat(pending).as(what).isEmpty();
        }

        private void arrive() {
            for (int n = random.nextInt(3); n > 0; n--) {
                TenantId tenant = new TenantId("t" + random.nextInt(5));
                int prompt = 1 + random.nextInt(50);
                planner.enqueue(++lastId, tenant, prompt, NEVER);
                pending.put(lastId, prompt);
                left.put(lastId, 1 + random.nextInt(10));
                waiting.put(lastId, tenant);
            }
        }

        private void cancelAny() {
            List<Long> ids = pending.keySet().stream().sorted().toList();
            if (!ids.isEmpty()) {
                forget(ids.get(random.nextInt(ids.size())));
            }
        }

        private void step() {
            StepPlan plan = planner.plan(0, SLOTS - planner.running());
            assertThat(plan.expired()).as(what).isEmpty();
            for (long id : plan.admitted()) {
                TenantId tenant = waiting.remove(id);
                assertThat(waiting.entrySet().stream()
                                .filter(e -> e.getValue().equals(tenant))
                                .map(Map.Entry::getKey))
                        .as("%s: %s is the oldest of %s", what, id, tenant)
                        .allMatch(other -> other > id);
            }
            assertThat(planner.running()).as(what).isLessThanOrEqualTo(SLOTS);
            assertThat(planner.queued() == 0 || planner.running() == SLOTS)
                    .as("%s: no slot idles while someone waits", what)
                    .isTrue();
            int prefill = 0;
            for (Feed feed : plan.feeds()) {
                int before = pending.getOrDefault(feed.id(), 0);
                assertThat(feed.tokens()).as(what).isLessThanOrEqualTo(before);
                prefill += feed.tokens() > 1 ? feed.tokens() : 0;
                pending.put(feed.id(), before - feed.tokens());
            }
            assertThat(prefill).as(what).isLessThanOrEqualTo(BUDGET);
            for (Feed feed : plan.feeds()) {
                if (pending.getOrDefault(feed.id(), -1) == 0) {
                    if (left.merge(feed.id(), -1, Integer::sum) == 0) {
                        forget(feed.id());
                    } else {
                        planner.generated(feed.id());
                        pending.put(feed.id(), 1);
                    }
                }
            }
        }

        private void forget(long id) {
            assertThat(planner.remove(id)).as(what).isTrue();
            pending.remove(id);
            left.remove(id);
            waiting.remove(id);
        }
    }
}
