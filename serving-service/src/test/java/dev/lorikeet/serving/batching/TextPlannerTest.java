package dev.lorikeet.serving.batching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorikeet.serving.batching.TextPlanner.Place;
import dev.lorikeet.serving.batching.TextPlanner.Plan;
import dev.lorikeet.tenancy.TenantId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextPlannerTest {
    private static final TenantId ACME = new TenantId("acme");
    private static final TenantId GLOBEX = new TenantId("globex");
    private static final long NEVER = Long.MAX_VALUE;

    @Test
    void textsOfSeveralCallsAndTenantsShareABatch() {
        TextPlanner planner = new TextPlanner(100);
        planner.enqueue(1, ACME, List.of(10, 10), NEVER);
        planner.enqueue(2, GLOBEX, List.of(10), NEVER);

        assertThat(planner.plan(0).texts())
                .containsExactlyInAnyOrder(new Place(1, 0), new Place(1, 1), new Place(2, 0));
        assertThat(planner.plan(0).texts()).isEmpty();
    }

    @Test
    void aBatchIsAsLargeAsItsTextsTimesTheLongest() {
        TextPlanner planner = new TextPlanner(40);
        planner.enqueue(1, ACME, List.of(5, 5, 20, 5, 5), NEVER);

        assertThat(batches(planner)).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4));
    }

    @Test
    void aTextLargerThanTheBudgetIsReadAlone() {
        TextPlanner planner = new TextPlanner(40);
        planner.enqueue(1, ACME, List.of(5, 100, 5), NEVER);

        assertThat(batches(planner)).containsExactly(List.of(0), List.of(1), List.of(2));
    }

    @Test
    void aCallOfHundredsOfTextsKeepsNobodyWaitingForMoreThanItsBatch() {
        TextPlanner planner = new TextPlanner(40);
        planner.enqueue(1, ACME, Collections.nCopies(300, 10), NEVER);
        assertThat(planner.plan(0).texts()).hasSize(4);

        planner.enqueue(2, GLOBEX, List.of(10, 10), NEVER);

        assertThat(planner.plan(0).texts()).contains(new Place(2, 0), new Place(2, 1));
    }

    @Test
    void aLongTextIsNotPassedOverForEverForShortOnes() {
        TextPlanner planner = new TextPlanner(20);
        planner.enqueue(1, ACME, List.of(20), NEVER);
        for (int i = 2; i < 200; i++) {
            planner.enqueue(i, GLOBEX, List.of(1), NEVER);
        }

        List<Place> first = new ArrayList<>(planner.plan(0).texts());
        first.addAll(planner.plan(0).texts());

        assertThat(first).contains(new Place(1, 0));
    }

    @Test
    void callsOfATenantAreReadInTheirOrder() {
        TextPlanner planner = new TextPlanner(10);
        planner.enqueue(5, ACME, List.of(10, 10), NEVER);
        planner.enqueue(4, ACME, List.of(10), NEVER);

        assertThat(planner.plan(0).texts()).containsExactly(new Place(5, 0));
        assertThat(planner.plan(0).texts()).containsExactly(new Place(5, 1));
        assertThat(planner.plan(0).texts()).containsExactly(new Place(4, 0));
    }

    @Test
    void passedDeadlineEndsCallsWaitingAndHalfReadAlike() {
        TextPlanner planner = new TextPlanner(10);
        planner.enqueue(1, ACME, List.of(10, 10), 100);
        planner.enqueue(2, ACME, List.of(10), 100);
        planner.enqueue(3, ACME, List.of(10), 101);
        planner.plan(99);

        Plan plan = planner.plan(100);

        assertThat(plan.expired()).containsExactly(1L, 2L);
        assertThat(plan.texts()).containsExactly(new Place(3, 0));
        assertThat(planner.remove(1)).isFalse();
    }

    @Test
    void aCallIsKnownUntilItIsRemoved() {
        TextPlanner planner = new TextPlanner(10);
        planner.enqueue(1, ACME, List.of(10, 10), NEVER);
        assertThat(planner.queued()).isEqualTo(1);
        planner.plan(0);
        assertThat(planner.queued()).isZero();
        assertThat(planner.running()).isEqualTo(1);

        assertThat(planner.remove(1)).isTrue();

        assertThat(planner.remove(1)).isFalse();
        assertThat(planner.idle()).isTrue();
        assertThat(planner.plan(0).texts()).isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        TextPlanner planner = new TextPlanner(10);
        planner.enqueue(1, ACME, List.of(1), NEVER);

        assertThatThrownBy(() -> planner.enqueue(1, ACME, List.of(1), NEVER)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> planner.enqueue(2, ACME, List.of(), NEVER))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> planner.enqueue(2, ACME, List.of(3, 0), NEVER))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TextPlanner(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Random arrivals: every text is read once, no batch is too large, backlogged tenants get alike. */
    @Test
    void everyTextIsReadOnceAndBackloggedTenantsGetAlike() {
        for (long seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            TextPlanner planner = new TextPlanner(64);
            Map<Long, List<Integer>> lengths = new HashMap<>();
            Map<Long, TenantId> owners = new HashMap<>();
            long id = 0;
            // Both have more than is read below.
            for (int i = 0; i < 40; i++) {
                TenantId tenant = i % 2 == 0 ? ACME : GLOBEX;
                List<Integer> texts = new ArrayList<>();
                int count = tenant.equals(ACME) ? 20 : 5 + random.nextInt(15);
                for (int t = 0; t < count; t++) {
                    texts.add(1 + random.nextInt(32));
                }
                id++;
                lengths.put(id, texts);
                owners.put(id, tenant);
                planner.enqueue(id, tenant, texts, NEVER);
            }
            Set<Place> read = new HashSet<>();
            Map<TenantId, Integer> service = new HashMap<>();
            for (int step = 0; !planner.idle(); step++) {
                List<Place> batch = planner.plan(0).texts();
                int longest = 0;
                for (Place place : batch) {
                    int length = lengths.getOrDefault(place.call(), List.of()).get(place.text());
                    longest = Math.max(longest, length);
                    service.merge(owners.getOrDefault(place.call(), ACME), length, Integer::sum);
                    assertThat(read.add(place)).as("seed %d: %s", seed, place).isTrue();
                    if (place.text()
                            == lengths.getOrDefault(place.call(), List.of()).size() - 1) {
                        planner.remove(place.call());
                    }
                }
                assertThat(batch.size() * longest).as("seed %d", seed).isBetween(1, 64);
                if (step == 40) {
                    assertThat(Math.abs(service.getOrDefault(ACME, 0) - service.getOrDefault(GLOBEX, 0)))
                            .as("seed %d", seed)
                            .isLessThanOrEqualTo(64);
                }
            }
            assertThat(read)
                    .hasSize(lengths.values().stream().mapToInt(List::size).sum());
        }
    }

    private static List<List<Integer>> batches(TextPlanner planner) {
        List<List<Integer>> batches = new ArrayList<>();
        for (List<Place> batch = planner.plan(0).texts();
                !batch.isEmpty();
                batch = planner.plan(0).texts()) {
            batches.add(batch.stream().map(Place::text).toList());
        }
        return batches;
    }
}
