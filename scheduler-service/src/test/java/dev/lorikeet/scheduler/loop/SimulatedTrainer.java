package dev.lorikeet.scheduler.loop;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Command.Report;
import dev.lorikeet.scheduler.decision.Message.Instruction;
import dev.lorikeet.scheduler.decision.Observation.Capacity;
import dev.lorikeet.scheduler.job.AttemptId;
import dev.lorikeet.scheduler.job.DatasetUse;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.FailureKind;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import dev.lorikeet.scheduler.job.TrainerLife;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A trainer that may die, fall silent and come back, also between a publication and its report, and publishes at most
 * one version a job, as the registry has it. It keeps its leases: from the receipt of an order, as real ones do.
 */
final class SimulatedTrainer {
    private static final int STEPS = 4;
    private static final Capacity CAPACITY = new Capacity(World.SLOTS, Set.of("tiny"));

    private final World world;
    private final String id;
    private final Map<AttemptId, Integer> running = new LinkedHashMap<>();
    private final Map<AttemptId, Instant> leases = new HashMap<>();
    private int lives;
    private int read;

    SimulatedTrainer(World world, String id) {
        this.world = world;
        this.id = id;
        start();
    }

    /** Begins a new life: what ran is lost, orders are read from now on. */
    void start() {
        lives++;
        running.clear();
        leases.clear();
        read = world.orders.size();
        report(new Report.Ready(CAPACITY));
    }

    private TrainerLife life() {
        return new TrainerLife(id, "life-" + lives);
    }

    private void report(Report report) {
        world.send("reports-" + id, new Command.TrainerReported(life(), report));
    }

    void beat() {
        report(new Report.Heartbeat(new ArrayList<>(running.keySet()), Optional.of(CAPACITY)));
    }

    void readOrders() {
        while (read < world.orders.size()) {
            World.Sent sent = world.orders.get(read++);
            boolean late = sent.at().plus(World.ORDER_DELAY).isBefore(world.now);
            if (sent.order().to().equals(life()) && !late) {
                obey(sent.order().instruction());
            }
        }
    }

    private void obey(Instruction instruction) {
        switch (instruction) {
            case Instruction.Assign assign -> {
                AttemptId attempt = new AttemptId(assign.job(), assign.attempt());
                running.put(attempt, 0);
                leases.put(attempt, world.now.plus(assign.lease()));
                report(new Report.Started(attempt, 0, DatasetUse.UNKNOWN));
            }
            case Instruction.Cancel cancel -> {
                AttemptId attempt = new AttemptId(cancel.job(), cancel.attempt());
                if (running.remove(attempt) != null) {
                    report(new Report.Cancelled(attempt));
                }
            }
            case Instruction.Extend extend ->
                leases.replace(new AttemptId(extend.job(), extend.attempt()), world.now.plus(extend.lease()));
        }
    }

    /** One step of each attempt, or its end. */
    void work(boolean mayFail) {
        for (AttemptId attempt : List.copyOf(running.keySet())) {
            if (!leases.getOrDefault(attempt, Instant.MIN).isAfter(world.now)) {
                running.remove(attempt);
                report(new Report.Failed(
                        attempt,
                        new Failure(attempt.number(), FailureKind.LEASE_EXPIRED, "its lease ran out", List.of())));
                continue;
            }
            int step = running.merge(attempt, 1, Integer::sum);
            int luck = mayFail ? world.random.nextInt(30) : 29;
            if (luck == 0) {
                running.remove(attempt);
                FailureKind[] kinds = FailureKind.values();
                report(new Report.Failed(
                        attempt,
                        new Failure(
                                attempt.number(), kinds[world.random.nextInt(kinds.length)], "bad luck", List.of())));
            } else if (luck == 1) {
                running.remove(attempt);
                report(new Report.Preempted(attempt, step));
            } else if (step >= STEPS) {
                running.remove(attempt);
                long version = world.published.computeIfAbsent(attempt.job(), _ -> world.published.size() + 1L);
                if (mayFail && world.random.nextInt(3) == 0) {
                    diesOrMisses(attempt);
                    return;
                }
                world.reported.add(attempt.job());
                report(new Report.Succeeded(
                        attempt, new Outcome(attempt.number(), version, "revision", STEPS, 0.5, 1)));
            } else {
                report(new Report.Advanced(
                        attempt,
                        new Progress(
                                attempt.number(),
                                step,
                                STEPS,
                                new Progress.Measures(1, 1e-4, 1, Optional.empty()),
                                new Progress.Pace(10, 1, 1),
                                Map.of())));
                if (step % 2 == 0) {
                    report(new Report.Checkpointed(attempt, step));
                }
            }
        }
    }

    /** What it published is in the registry, but it never says so. */
    private void diesOrMisses(AttemptId attempt) {
        if (world.random.nextBoolean()) {
            start();
        } else {
            report(new Report.Failed(
                    attempt,
                    new Failure(attempt.number(), FailureKind.TRANSIENT, "the store's answer was lost", List.of())));
        }
    }
}
