package dev.lorikeet.scheduler.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.decision.Timing;
import dev.lorikeet.scheduler.job.Attempt;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.RetryRules;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.placement.RoundRobin;
import dev.lorikeet.scheduler.request.Limits;
import dev.lorikeet.scheduler.request.Lora;
import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A scheduler with its log, its tenants and its trainers, all in memory, driven by one seed. The log behaves as Kafka
 * does: a batch is in it as a whole with its input offsets, or not at all; a partition keeps its order; everything else
 * is delayed, doubled, or lost in a crash. Named invariants are checked after every commit.
 */
final class World {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final int SLOTS = 2;
    private static final String DATASET = "datasets/" + "0".repeat(64) + ".jsonl";

    final Random random;
    final List<JournalEntry> journal = new ArrayList<>();
    final List<Message.Event> events = new ArrayList<>();
    final List<Message.Order> orders = new ArrayList<>();
    final Map<JobId, Long> published = new HashMap<>();
    private final Map<String, List<Command>> partitions = new TreeMap<>();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final Decider decider = new Decider(
            new RequestRules(new Limits("tiny", new TreeSet<>(), "lorikeet", 1024)),
            new RetryRules(3, Duration.ofSeconds(1), Duration.ofSeconds(8)),
            new Timing(LEASE, Duration.ofSeconds(20)),
            new RoundRobin());
    private final Invariants invariants = new Invariants();
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    SchedulerLoop loop;
    int crashes;

    World(long seed) {
        this.random = new Random(seed);
        this.loop = recovered();
    }

    private SchedulerLoop recovered() {
        SchedulerLoop fresh = new SchedulerLoop(decider, (command, bug) -> {
            throw new AssertionError("a decision failed on " + command, bug);
        });
        journal.forEach(fresh::replay);
        fresh.takeOver(now, LEASE);
        return fresh;
    }

    void send(String partition, Command command) {
        List<Command> log = partitions.computeIfAbsent(partition, _ -> new ArrayList<>());
        log.add(command);
        if (random.nextInt(20) == 0) {
            log.add(command);
        }
    }

    void submit(int tenant, int key, int adapter) {
        TrainingSpec spec = new TrainingSpec(
                "adapter-" + adapter,
                "",
                new TrainingSpec.Dataset.Uri(DATASET),
                Lora.UNSET,
                TrainingSpec.Training.UNSET,
                new TrainingSpec.Terms(random.nextInt(3), OptionalLong.empty(), Optional.of("key-" + key), Map.of()));
        send(
                "requests",
                new Command.SubmitJob(
                        tenant(tenant), spec, "content-" + adapter, List.of(), new Command.Supply.AsAddressed(), ""));
    }

    static TenantId tenant(int number) {
        return new TenantId("tenant-" + number);
    }

    /** One turn of the scheduler: decides on what has arrived, and commits, or dies somewhere on the way. */
    void turn(boolean mayCrash) {
        List<Input> inputs = new ArrayList<>();
        Map<String, Integer> next = new HashMap<>(offsets);
        partitions.forEach((partition, log) -> {
            int from = next.getOrDefault(partition, 0);
            int to = Math.min(log.size(), from + random.nextInt(8));
            for (int i = from; i < to; i++) {
                inputs.add(new Input(log.get(i), new Command.Origin(partition, 0, i)));
            }
            next.put(partition, to);
        });
        Batch batch = loop.decide(inputs, now);
        int fate = mayCrash ? random.nextInt(40) : 39;
        if (fate == 0) {
            // Dies before the commit: nothing of the batch ever happened.
            crash();
            return;
        }
        journal.addAll(batch.entries());
        offsets.putAll(next);
        for (Message message : batch.messages()) {
            switch (message) {
                case Message.Event event -> events.add(event);
                case Message.Order order -> orders.add(order);
                case Message.DeadLetter _ -> {}
            }
        }
        invariants.check(batch);
        if (fate == 1) {
            // Dies after the commit, before it knows.
            crash();
            return;
        }
        loop.committed();
        if (random.nextInt(25) == 0) {
            stateIsTheFoldOfTheJournal();
        }
    }

    private void crash() {
        crashes++;
        loop = recovered();
    }

    boolean everythingIsRead() {
        return partitions.entrySet().stream()
                .allMatch(
                        e -> offsets.getOrDefault(e.getKey(), 0) == e.getValue().size());
    }

    List<Job> openJobs() {
        return loop.jobs().stream().filter(job -> !job.state().isFinal()).toList();
    }

    void stateIsTheFoldOfTheJournal() {
        SchedulerLoop fold = new SchedulerLoop(decider, (_, _) -> {});
        journal.forEach(fold::replay);
        assertThat(List.copyOf(fold.jobs())).as("state = fold(journal)").isEqualTo(List.copyOf(loop.jobs()));
    }

    /** What must hold of the log at all times. */
    private final class Invariants {
        private final Map<JobId, Integer> attempts = new HashMap<>();
        private final Map<JobId, TrainerLife> open = new HashMap<>();
        private final Map<JobId, Long> sequences = new HashMap<>();
        private final Set<JobId> ended = new HashSet<>();
        private int seenEvents;

        void check(Batch batch) {
            batch.entries().forEach(this::check);
            for (; seenEvents < events.size(); seenEvents++) {
                sequenceIsGapless(events.get(seenEvents));
            }
            noTrainerIsOverfilled();
        }

        private void check(JournalEntry entry) {
            JobId job = entry.job();
            assertThat(ended).as("terminal states are final").doesNotContain(job);
            attemptOf(entry.change()).ifPresent(attempt -> {
                assertThat(open).as("only an open attempt is told of").containsKey(job);
                assertThat(attempt).as("stale attempts change nothing").isEqualTo(attempts.get(job));
            });
            switch (entry.change()) {
                case Change.AttemptAssigned assigned -> {
                    assertThat(open).as("one open attempt a job").doesNotContainKey(job);
                    assertThat(assigned.attempt())
                            .as("attempt numbers are never used again")
                            .isGreaterThan(attempts.getOrDefault(job, 0));
                    attempts.put(job, assigned.attempt());
                    open.put(job, assigned.to());
                }
                case Change.AttemptEnded _ -> open.remove(job);
                case Change.JobSucceeded succeeded -> {
                    assertThat(published).as("success means a version").containsKey(job);
                    assertThat(succeeded.outcome().version()).isEqualTo(published.get(job));
                    end(job);
                }
                case Change.JobFailed _, Change.JobCancelled _ -> end(job);
                case Change.JobAccepted _,
                        Change.AttemptStarted _,
                        Change.AttemptAdvanced _,
                        Change.AttemptCheckpointed _,
                        Change.CancellationRequested _ -> {}
            }
        }

        private static Optional<Integer> attemptOf(Change change) {
            return switch (change) {
                case Change.AttemptStarted started -> Optional.of(started.attempt());
                case Change.AttemptAdvanced advanced ->
                    Optional.of(advanced.progress().attempt());
                case Change.AttemptCheckpointed checkpointed -> Optional.of(checkpointed.attempt());
                case Change.AttemptEnded ended -> Optional.of(ended.attempt());
                case Change.JobSucceeded succeeded ->
                    Optional.of(succeeded.outcome().attempt());
                case Change.JobFailed failed -> Optional.of(failed.failure().attempt());
                case Change.JobAccepted _,
                        Change.AttemptAssigned _,
                        Change.CancellationRequested _,
                        Change.JobCancelled _ -> Optional.empty();
            };
        }

        private void end(JobId job) {
            open.remove(job);
            ended.add(job);
        }

        private void sequenceIsGapless(Message.Event event) {
            event.about().job().ifPresent(job -> {
                long newest = sequences.getOrDefault(job, 0L);
                boolean toldAgain = event.sequence() == 1 && event.fact() instanceof Message.Fact.Accepted;
                if (!(toldAgain && newest > 0)) {
                    assertThat(event.sequence()).as("events have no gap").isEqualTo(newest + 1);
                    sequences.put(job, event.sequence());
                }
            });
        }

        private void noTrainerIsOverfilled() {
            Map<TrainerLife, Integer> used = new HashMap<>();
            for (Job job : loop.jobs()) {
                job.state().openAttempt().map(Attempt::on).ifPresent(life -> used.merge(life, 1, Integer::sum));
            }
            assertThat(used.values()).as("no trainer is overfilled").allMatch(count -> count <= SLOTS);
        }
    }
}
