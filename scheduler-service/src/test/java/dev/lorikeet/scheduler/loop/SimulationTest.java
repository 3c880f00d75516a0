package dev.lorikeet.scheduler.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.tenancy.JobId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Runs the scheduler against a hostile world, seed by seed: {@code -Dlorikeet.simulation.first=N} and
 * {@code -Dlorikeet.simulation.seeds=N} choose which.
 */
class SimulationTest {
    private static final int TURNS = 250;

    @Test
    void everyAcceptedJobEndsWhateverHappens() {
        long first = Long.getLong("lorikeet.simulation.first", 1);
        long seeds = Long.getLong("lorikeet.simulation.seeds", 100);
        int crashes = 0;
        int rescued = 0;
        int jobs = 0;
        for (long seed = first; seed < first + seeds; seed++) {
            try {
                World world = run(seed);
                crashes += world.crashes;
                rescued += world.rescued;
                jobs += world.loop.jobs().size();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(crashes).as("the world was hostile").isGreaterThan((int) seeds);
        assertThat(rescued).as("versions whose trainers never reported them").isGreaterThan((int) seeds / 2);
        assertThat(jobs).as("there was work").isGreaterThan((int) seeds * 5);
    }

    private static World run(long seed) {
        World world = new World(seed);
        List<SimulatedTrainer> trainers = Stream.of("a", "b", "c")
                .map(id -> new SimulatedTrainer(world, id))
                .toList();
        for (int turn = 0; turn < TURNS; turn++) {
            tenantsAct(world);
            for (SimulatedTrainer trainer : trainers) {
                trainerActs(world, trainer);
            }
            world.now = world.now.plusMillis(world.random.nextInt(6_000));
            world.turn(true);
        }
        // One trainer of three never comes back; what it ran is given to others when its leases run out.
        heal(world, trainers.subList(0, 2));
        return world;
    }

    private static void tenantsAct(World world) {
        if (world.random.nextInt(6) == 0) {
            // Few keys: repetitions and conflicts happen.
            world.submit(world.random.nextInt(4), world.random.nextInt(8), world.random.nextInt(2));
        }
        if (world.random.nextInt(25) == 0) {
            int tenant = world.random.nextInt(4);
            JobId job = JobId.derive(World.tenant(tenant), "key-" + world.random.nextInt(8));
            world.send("requests", new Command.CancelJob(World.tenant(tenant), job, "tenant", ""));
        }
    }

    private static void trainerActs(World world, SimulatedTrainer trainer) {
        int luck = world.random.nextInt(100);
        if (luck < 2) {
            trainer.start();
        } else if (luck < 40) {
            trainer.readOrders();
        } else if (luck < 60) {
            trainer.beat();
        } else if (luck < 90) {
            trainer.work(true);
        }
    }

    /** From now on nobody else dies: everything must come to its end. */
    private static void heal(World world, List<SimulatedTrainer> trainers) {
        for (int turn = 0; turn < 2_000; turn++) {
            for (SimulatedTrainer trainer : trainers) {
                trainer.readOrders();
                trainer.work(false);
                trainer.beat();
            }
            world.now = world.now.plusSeconds(2);
            world.turn(false);
            if (world.openJobs().isEmpty() && world.everythingIsRead() && turn > 100) {
                world.stateIsTheFoldOfTheJournal();
                world.noFailedJobHasAVersion();
                return;
            }
        }
        throw new AssertionError("jobs that never end: " + world.openJobs());
    }
}
