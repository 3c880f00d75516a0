package dev.lorikeet.scheduler.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.decision.Command;
import dev.lorikeet.scheduler.decision.Decider;
import dev.lorikeet.scheduler.decision.Inquiry;
import dev.lorikeet.scheduler.decision.JournalEntry;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message;
import dev.lorikeet.scheduler.decision.Timing;
import dev.lorikeet.scheduler.job.Attempt;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.job.Outcome;
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
import java.util.stream.Collectors;

/**
 * A scheduler with its log, its tenants and its trainers, all in memory, driven by one seed. The log behaves as Kafka
 * does: a batch is in it as a whole with its input offsets, or not at all; a partition keeps its order; everything else
 * is delayed, doubled, or lost in a crash. Named invariants are checked after every commit.
 */
final class World {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final int SLOTS = 2;
    /** An order that is older never arrives: what the look before a failure relies on. */
    static final Duration ORDER_DELAY = Duration.ofSeconds(15);

    private static final Duration SILENCE = Duration.ofSeconds(20);
    private static final String DATASET = "datasets/" + "0".repeat(64) + ".jsonl";

    final Random random;
    final List<JournalEntry> journal = new ArrayList<>();
    final List<Message.Event> events = new ArrayList<>();
    final List<Sent> orders = new ArrayList<>();
    final Map<JobId, Long> published = new HashMap<>();
    final Set<JobId> reported = new HashSet<>();
    private final Map<String, List<Command>> partitions = new TreeMap<>();
    private final Map<String, Integer> offsets = new HashMap<>();
    private final Decider decider = new Decider(
            new RequestRules(new Limits("tiny", new TreeSet<>(), "lorikeet", 1024)),
            new RetryRules(3, Duration.ofSeconds(1), Duration.ofSeconds(8)),
            new Timing(LEASE, SILENCE),
            new RoundRobin());
    private final Invariants invariants = new Invariants();
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    SchedulerLoop loop;
    int crashes;
    int rescued;
    private final List<Command.LookedUp> answers = new ArrayList<>();

    /** An order and when it was sent. */
    record Sent(Message.Order order, Instant at) {}

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
        for (Command.LookedUp answer : answers) {
            inputs.add(new Input(answer, new Command.Origin("registry", 0, 0)));
        }
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
                case Message.Order order -> orders.add(new Sent(order, now));
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
        answers.clear();
        lookUp();
        if (random.nextInt(25) == 0) {
            stateIsTheFoldOfTheJournal();
        }
    }

    /** The registry is away, answers late or twice, but what it answers is so. */
    private void lookUp() {
        for (Inquiry inquiry : loop.inquiries(now)) {
            for (int answer = random.nextInt(3); answer > 0; answer--) {
                answers.add(new Command.LookedUp(
                        inquiry.job(),
                        inquiry.attempt(),
                        Optional.ofNullable(published.get(inquiry.job()))
                                .map(version -> new Outcome(inquiry.attempt(), version, "revision", 4, 0.5, 1))));
            }
        }
    }

    /** Whatever trainers do, for ever. */
    void noFailedJobHasAVersion() {
        for (Job job : loop.jobs()) {
            if (job.state() instanceof JobState.Failed) {
                assertThat(published).as("failure means no version").doesNotContainKey(job.id());
            }
        }
    }

    private void crash() {
        crashes++;
        answers.clear();
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
            noAssignmentOverfillsATrainer(batch);
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
                    if (!reported.contains(job)) {
                        rescued++;
                    }
                    end(job);
                }
                case Change.JobFailed _ -> {
                    assertThat(published).as("failure means no version").doesNotContainKey(job);
                    end(job);
                }
                case Change.JobCancelled _ -> end(job);
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

        /**
         * A new leader does not know which open attempts their jobs' failures only wait for, so it may find a trainer
         * overfilled; but it never makes one so.
         */
        private void noAssignmentOverfillsATrainer(Batch batch) {
            Set<TrainerLife> assigned = new HashSet<>();
            for (JournalEntry entry : batch.entries()) {
                if (entry.change() instanceof Change.AttemptAssigned given) {
                    assigned.add(given.to());
                }
            }
            Map<TrainerLife, Integer> used = new HashMap<>();
            Set<JobId> over =
                    loop.inquiries(Instant.MAX).stream().map(Inquiry::job).collect(Collectors.toSet());
            for (Job job : loop.jobs()) {
                if (over.contains(job.id())) {
                    continue;
                }
                job.state().openAttempt().map(Attempt::on).ifPresent(life -> used.merge(life, 1, Integer::sum));
            }
            assigned.forEach(life -> assertThat(used.getOrDefault(life, 0))
                    .as("no assignment overfills a trainer")
                    .isLessThanOrEqualTo(SLOTS));
        }
    }
}
