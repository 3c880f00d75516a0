package dev.lorikeet.scheduler.placement;

import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.TenantId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Tenants take turns, the least recently served first; within a tenant higher priority, then age, decides. A job goes
 * to the fitting trainer with most free seats, so that work spreads. A job that fits nowhere lets its tenant's next
 * one pass.
 */
public final class RoundRobin implements PlacementPolicy {
    private static final Comparator<Waiting> WITHIN_TENANT = Comparator.comparingInt(Waiting::priority)
            .reversed()
            .thenComparing(Waiting::acceptedAt)
            .thenComparing(Waiting::job);

    private record Turn(long served, TenantId tenant, Deque<Waiting> jobs) {}

    @Override
    public List<Placement> place(List<Waiting> waiting, List<Seats> seats) {
        Map<TrainerLife, Integer> free = new HashMap<>();
        seats.forEach(seat -> free.put(seat.trainer(), seat.free()));
        PriorityQueue<Turn> turns = turns(waiting);
        // A turn that follows comes after all that stand in the queue already.
        long next = waiting.stream().mapToLong(Waiting::tenantServed).max().orElse(0) + 1;
        List<Placement> placements = new ArrayList<>();
        int left = free.values().stream().mapToInt(Integer::intValue).sum();
        while (left > 0 && !turns.isEmpty()) {
            Turn turn = turns.remove();
            Waiting job = turn.jobs().remove();
            long served = turn.served();
            Optional<Seats> seat = best(job, seats, free);
            if (seat.isPresent()) {
                TrainerLife trainer = seat.get().trainer();
                free.merge(trainer, -1, Integer::sum);
                placements.add(new Placement(job.job(), trainer));
                served = next++;
                left--;
            }
            if (!turn.jobs().isEmpty()) {
                turns.add(new Turn(served, turn.tenant(), turn.jobs()));
            }
        }
        return List.copyOf(placements);
    }

    private static PriorityQueue<Turn> turns(List<Waiting> waiting) {
        Map<TenantId, List<Waiting>> byTenant = new HashMap<>();
        waiting.forEach(job ->
                byTenant.computeIfAbsent(job.tenant(), _ -> new ArrayList<>()).add(job));
        PriorityQueue<Turn> turns =
                new PriorityQueue<>(Comparator.comparingLong(Turn::served).thenComparing(Turn::tenant));
        byTenant.forEach((tenant, jobs) -> {
            jobs.sort(WITHIN_TENANT);
            turns.add(new Turn(jobs.getFirst().tenantServed(), tenant, new ArrayDeque<>(jobs)));
        });
        return turns;
    }

    private static Optional<Seats> best(Waiting job, List<Seats> seats, Map<TrainerLife, Integer> free) {
        return seats.stream()
                .filter(seat -> seat.baseModels().contains(job.baseModel()))
                .filter(seat -> free.getOrDefault(seat.trainer(), 0) > 0)
                .min(Comparator.comparingInt((Seats seat) -> -free.getOrDefault(seat.trainer(), 0))
                        .thenComparing(seat -> seat.trainer().trainer()));
    }
}
