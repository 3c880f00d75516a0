package dev.lorikeet.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Placement;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Seats;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Waiting;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private final RoundRobin policy = new RoundRobin();

    private static Waiting job(String id, String tenant, long served, int priority, int age) {
        return new Waiting(new JobId(id), new TenantId(tenant), served, "tiny", priority, NOW.minusSeconds(age));
    }

    private static Seats seats(String trainer, int free, String... models) {
        return new Seats(new TrainerLife(trainer, "life"), Set.of(models), free);
    }

    private List<String> order(List<Waiting> waiting, List<Seats> seats) {
        return policy.place(waiting, seats).stream()
                .map(Placement::job)
                .map(JobId::value)
                .toList();
    }

    @Test
    void tenantsTakeTurnsTheLeastRecentlyServedFirst() {
        List<Waiting> waiting = List.of(
                job("a1", "a", 7, 0, 90),
                job("a2", "a", 7, 0, 80),
                job("a3", "a", 7, 0, 70),
                job("b1", "b", 3, 0, 10),
                job("b2", "b", 3, 0, 5));

        assertThat(order(waiting, List.of(seats("t", 9, "tiny")))).containsExactly("b1", "a1", "b2", "a2", "a3");
    }

    @Test
    void withinATenantPriorityThenAgeDecides() {
        List<Waiting> waiting =
                List.of(job("young", "a", 0, 0, 1), job("old", "a", 0, 0, 9), job("urgent", "a", 0, 5, 0));

        assertThat(order(waiting, List.of(seats("t", 9, "tiny")))).containsExactly("urgent", "old", "young");
    }

    @Test
    void noMoreJobsThanSeats() {
        List<Waiting> waiting = List.of(job("a1", "a", 0, 0, 2), job("a2", "a", 0, 0, 1), job("b1", "b", 0, 0, 0));

        assertThat(order(waiting, List.of(seats("t", 2, "tiny")))).containsExactly("a1", "b1");
    }

    @Test
    void jobThatFitsNowhereLetsOthersPass() {
        Waiting other = new Waiting(new JobId("big1"), new TenantId("a"), 0, "big", 0, NOW.minusSeconds(99));

        assertThat(order(List.of(other, job("a2", "a", 0, 0, 1)), List.of(seats("t", 1, "tiny"))))
                .containsExactly("a2");
    }

    @Test
    void workSpreadsOverTrainers() {
        List<Waiting> waiting = List.of(job("a1", "a", 0, 0, 3), job("a2", "a", 0, 0, 2), job("a3", "a", 0, 0, 1));

        assertThat(policy.place(waiting, List.of(seats("t1", 2, "tiny"), seats("t2", 2, "tiny"))))
                .extracting(placement -> placement.trainer().trainer())
                .containsExactly("t1", "t2", "t1");
    }
}
