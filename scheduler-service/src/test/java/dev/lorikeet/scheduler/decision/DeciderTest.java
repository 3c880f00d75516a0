package dev.lorikeet.scheduler.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.scheduler.decision.Command.Report;
import dev.lorikeet.scheduler.decision.Message.Fact;
import dev.lorikeet.scheduler.decision.Message.Instruction;
import dev.lorikeet.scheduler.decision.Observation.Capacity;
import dev.lorikeet.scheduler.job.AttemptId;
import dev.lorikeet.scheduler.job.DatasetUse;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.FailureKind;
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
import dev.lorikeet.scheduler.request.Violation;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What follows from what, one command at a time. */
class DeciderTest {
    private static final Duration LEASE = Duration.ofSeconds(60);
    private static final Duration SILENCE = Duration.ofSeconds(20);
    private static final TenantId ACME = new TenantId("acme");
    private static final TrainerLife LIFE = new TrainerLife("t", "life-1");
    private static final TrainerLife NEXT_LIFE = new TrainerLife("t", "life-2");
    private static final JobId JOB = JobId.derive(ACME, "key");
    private static final AttemptId FIRST = new AttemptId(JOB, 1);

    private final Decider decider = new Decider(
            new RequestRules(new Limits("tiny", new TreeSet<>(), "lorikeet", 1024)),
            new RetryRules(3, Duration.ofSeconds(5), Duration.ofSeconds(60)),
            new Timing(LEASE, SILENCE),
            new RoundRobin());
    private final SchedulerState state = new SchedulerState();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    /** Decides and applies; returns the messages. */
    private List<Message> on(Command command) {
        Decision decision = decider.decide(state, command, now);
        decision.entries().forEach(state::apply);
        decision.observations().forEach(state::observe);
        return decision.messages();
    }

    private static Command submit(String content) {
        return submit(content, "key");
    }

    private static Command submitAs(String key) {
        return submit("content", key);
    }

    private static Command submit(String content, String key) {
        TrainingSpec spec = new TrainingSpec(
                "triage",
                "",
                new TrainingSpec.Dataset.Uri("datasets/" + "0".repeat(64) + ".jsonl"),
                Lora.UNSET,
                TrainingSpec.Training.UNSET,
                new TrainingSpec.Terms(0, OptionalLong.empty(), Optional.of(key), Map.of()));
        return new Command.SubmitJob(ACME, spec, content, List.of(), new Command.Supply.AsAddressed(), "request-1");
    }

    private List<Message> from(TrainerLife life, Report report) {
        return on(new Command.TrainerReported(life, report));
    }

    private static Report ready() {
        return new Report.Ready(new Capacity(1, Set.of("tiny")));
    }

    private static Report beat(AttemptId... running) {
        return new Report.Heartbeat(List.of(running), Optional.of(new Capacity(1, Set.of("tiny"))));
    }

    private void running() {
        on(submit("content"));
        from(LIFE, ready());
        on(new Command.PlaceJobs());
        from(LIFE, new Report.Started(FIRST, 0, DatasetUse.UNKNOWN));
    }

    private JobState jobState() {
        return state.job(JOB).map(Job::state).orElseThrow();
    }

    private static List<Fact> facts(List<Message> messages) {
        List<Fact> facts = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.Event event) {
                facts.add(event.fact());
            }
        }
        return facts;
    }

    private static List<Instruction> orders(List<Message> messages) {
        List<Instruction> orders = new ArrayList<>();
        for (Message message : messages) {
            if (message instanceof Message.Order order) {
                orders.add(order.instruction());
            }
        }
        return orders;
    }

    private static Report failed(FailureKind kind) {
        return new Report.Failed(FIRST, new Failure(1, kind, "because", List.of()));
    }

    private static Report succeeded() {
        return new Report.Succeeded(FIRST, new Outcome(1, 1, "revision", 10, 0.5, 3));
    }

    @Test
    void decidingChangesNothing() {
        Decision once = decider.decide(state, submit("content"), now);
        Decision twice = decider.decide(state, submit("content"), now);

        assertThat(twice).isEqualTo(once);
        assertThat(state.jobs()).isEmpty();
    }

    @Test
    void sameRequestAgainRepeatsItsAcceptanceUnderTheOldNumber() {
        on(submit("content"));
        now = now.plusSeconds(100);

        List<Message> again = on(submit("content"));

        assertThat(again).singleElement().isInstanceOfSatisfying(Message.Event.class, event -> {
            assertThat(event.sequence()).isEqualTo(1);
            assertThat(event.fact()).isInstanceOf(Fact.Accepted.class);
            assertThat(event.correlation()).isEqualTo("request-1");
        });
        assertThat(state.jobs()).hasSize(1);
    }

    @Test
    void otherContentUnderTheSameKeyIsAConflict() {
        on(submit("content"));

        assertThat(facts(on(submit("other"))))
                .singleElement()
                .isInstanceOfSatisfying(
                        Fact.Rejected.class,
                        rejected -> assertThat(rejected.violations())
                                .extracting(Violation::code)
                                .containsExactly(Violation.Code.CONFLICT));
    }

    @Test
    void jobIsAssignedToAFreeTrainerOnce() {
        on(submit("content"));
        from(LIFE, ready());

        assertThat(orders(on(new Command.PlaceJobs()))).singleElement().isInstanceOf(Instruction.Assign.class);
        assertThat(on(new Command.PlaceJobs())).isEmpty();
    }

    @Test
    void heartbeatThatNamesTheAttemptExtendsItsLease() {
        running();
        now = now.plusSeconds(50);
        assertThat(orders(from(LIFE, beat(FIRST)))).containsExactly(new Instruction.Extend(JOB, 1, LEASE));
        now = now.plusSeconds(50);
        on(new Command.Tick());

        assertThat(jobState()).isInstanceOf(JobState.Running.class);
    }

    @Test
    void heartbeatThatDoesNotNameTheAttemptLetsItsLeaseRunOut() {
        running();
        now = now.plusSeconds(50);
        from(LIFE, beat());
        now = now.plusSeconds(11);
        List<Message> told = on(new Command.Tick());

        assertThat(facts(told)).singleElement().isInstanceOf(Fact.Queued.class);
        assertThat(jobState()).isInstanceOf(JobState.Queued.class);
        assertThat(state.job(JOB).orElseThrow().track().counted()).isEqualTo(1);
    }

    @Test
    void newLifeEndsTheAttemptsOfTheFormerAtOnceAndTheFormerIsNeverHeardAgain() {
        running();
        from(NEXT_LIFE, ready());
        assertThat(jobState()).isInstanceOf(JobState.Queued.class);
        on(new Command.PlaceJobs());
        assertThat(jobState())
                .isInstanceOfSatisfying(
                        JobState.Running.class,
                        running -> assertThat(running.attempt().on()).isEqualTo(NEXT_LIFE));

        List<Message> answer = from(LIFE, beat(FIRST));

        assertThat(orders(answer)).singleElement().isInstanceOf(Instruction.Cancel.class);
        assertThat(jobState())
                .isInstanceOfSatisfying(
                        JobState.Running.class,
                        running -> assertThat(running.attempt().on()).isEqualTo(NEXT_LIFE));
    }

    @Test
    void reportsOfStaleAttemptsChangeNothing() {
        running();
        from(LIFE, failed(FailureKind.LEASE_EXPIRED));
        on(new Command.PlaceJobs());

        assertThat(from(LIFE, succeeded())).isEmpty();
        assertThat(orders(from(LIFE, new Report.Checkpointed(FIRST, 3))))
                .containsExactly(new Instruction.Cancel(JOB, 1, "the attempt is over"));
        assertThat(jobState())
                .isInstanceOfSatisfying(
                        JobState.Running.class,
                        running -> assertThat(running.attempt().number()).isEqualTo(2));
    }

    @Test
    void reportFromAnotherTrainerOfTheRightNumberIsStale() {
        running();

        assertThat(from(new TrainerLife("thief", "x"), succeeded())).isEmpty();
        assertThat(jobState()).isInstanceOf(JobState.Running.class);
    }

    @Test
    void failedAttemptWaitsBeforeTheNextOne() {
        running();
        from(LIFE, failed(FailureKind.TRANSIENT));

        assertThat(on(new Command.PlaceJobs())).isEmpty();
        now = now.plusSeconds(5);
        assertThat(orders(on(new Command.PlaceJobs())))
                .singleElement()
                .isInstanceOfSatisfying(
                        Instruction.Assign.class,
                        assign -> assertThat(assign.attempt()).isEqualTo(2));
    }

    @Test
    void attemptsGivenBackDoNotCount() {
        running();
        for (int attempt = 1; attempt < 6; attempt++) {
            from(LIFE, new Report.Preempted(new AttemptId(JOB, attempt), 3));
            from(LIFE, beat());
            on(new Command.PlaceJobs());
        }

        assertThat(jobState()).isInstanceOf(JobState.Running.class);
        assertThat(state.job(JOB).orElseThrow().track().counted()).isZero();
        assertThat(state.job(JOB).orElseThrow().track().attempts()).isEqualTo(6);
    }

    @Test
    void cancellationOfARunningJobWaitsForItsTrainer() {
        running();
        assertThat(orders(on(new Command.CancelJob(ACME, JOB, "tenant", ""))))
                .containsExactly(new Instruction.Cancel(JOB, 1, "cancelled by tenant"));
        assertThat(jobState()).isInstanceOf(JobState.Cancelling.class);

        assertThat(facts(from(LIFE, new Report.Cancelled(FIRST)))).containsExactly(new Fact.Cancelled("tenant"));
        assertThat(jobState()).isEqualTo(new JobState.Cancelled("tenant"));
        assertThat(on(new Command.CancelJob(ACME, JOB, "tenant", ""))).isEmpty();
    }

    @Test
    void successThatWasFasterThanTheCancellationStands() {
        running();
        on(new Command.CancelJob(ACME, JOB, "tenant", ""));

        from(LIFE, succeeded());

        assertThat(jobState()).isInstanceOf(JobState.Succeeded.class);
    }

    @Test
    void cancellationEndsEvenIfTheTrainerIsSilent() {
        running();
        on(new Command.CancelJob(ACME, JOB, "tenant", ""));
        now = now.plus(LEASE);
        on(new Command.Tick());

        assertThat(jobState()).isEqualTo(new JobState.Cancelled("tenant"));
    }

    @Test
    void jobsOfOthersCannotBeCancelled() {
        running();

        List<Fact> told = facts(on(new Command.CancelJob(new TenantId("other"), JOB, "tenant", "")));

        assertThat(told).singleElement().isInstanceOf(Fact.Rejected.class);
        assertThat(jobState()).isInstanceOf(JobState.Running.class);
    }

    @Test
    void stoppingTrainerGetsNoMoreWork() {
        from(LIFE, ready());
        from(LIFE, new Report.Stopping());
        on(submit("content"));

        assertThat(on(new Command.PlaceJobs())).isEmpty();
    }

    @Test
    void stoppingTrainerKeepsTheLeaseOfWhatItHoldsAndGetsItNotAgain() {
        running();
        from(LIFE, new Report.Stopping());
        now = now.plus(LEASE.minusSeconds(1));
        from(LIFE, beat(FIRST));
        now = now.plusSeconds(2);
        on(new Command.Tick());
        assertThat(jobState()).isInstanceOf(JobState.Running.class);

        from(LIFE, new Report.Preempted(FIRST, 40));

        assertThat(jobState()).isInstanceOf(JobState.Queued.class);
        assertThat(on(new Command.PlaceJobs())).isEmpty();
    }

    @Test
    void leaderThatNeverHeardTheFarewellGivesNothingToATrainerWithoutSlots() {
        from(LIFE, new Report.Heartbeat(List.of(), Optional.of(new Capacity(0, Set.of("tiny")))));
        on(submit("content"));

        assertThat(on(new Command.PlaceJobs())).isEmpty();
    }

    @Test
    void silentTrainerGetsNoMoreWork() {
        from(LIFE, ready());
        now = now.plusSeconds(20);
        on(submit("content"));

        assertThat(on(new Command.PlaceJobs())).isEmpty();
    }

    /** A job whose third and last attempt fell silent; its lease has just run out. */
    private void suspected() {
        on(submit("content"));
        from(LIFE, ready());
        for (int attempt = 1; attempt <= 3; attempt++) {
            from(LIFE, beat());
            on(new Command.PlaceJobs());
            now = now.plus(LEASE);
            on(new Command.Tick());
        }
    }

    private List<Message> lookedUp(Optional<Outcome> found) {
        return on(new Command.LookedUp(JOB, 3, found));
    }

    @Test
    void jobWhoseLastAttemptWasLostFailsOnlyAfterALookAtTheRegistry() {
        suspected();
        assertThat(jobState()).isInstanceOf(JobState.Running.class);
        assertThat(state.inquiries(now)).isEmpty();
        now = now.plus(SILENCE);

        assertThat(state.inquiries(now)).containsExactly(new Inquiry(ACME, "triage", JOB, 3));
        assertThat(on(new Command.Tick())).isEmpty();
        List<Fact> told = facts(lookedUp(Optional.empty()));

        assertThat(told)
                .singleElement()
                .isInstanceOfSatisfying(
                        Fact.Failed.class,
                        failed -> assertThat(failed.failure().kind()).isEqualTo(FailureKind.LEASE_EXPIRED));
        assertThat(jobState()).isInstanceOf(JobState.Failed.class);
        assertThat(state.inquiries(now)).isEmpty();
    }

    @Test
    void versionInTheRegistryMakesTheLostAttemptASuccess() {
        suspected();
        now = now.plus(SILENCE);
        Outcome outcome = new Outcome(3, 7, "revision", 10, 0.5, 3);

        assertThat(facts(lookedUp(Optional.of(outcome)))).containsExactly(new Fact.Succeeded(outcome));
        assertThat(jobState()).isEqualTo(new JobState.Succeeded(outcome));
        assertThat(lookedUp(Optional.empty())).isEmpty();
    }

    @Test
    void successReportedLateCountsUntilTheJobHasFailed() {
        suspected();

        from(LIFE, new Report.Succeeded(new AttemptId(JOB, 3), new Outcome(3, 1, "revision", 10, 0.5, 3)));

        assertThat(jobState()).isInstanceOf(JobState.Succeeded.class);
    }

    @Test
    void lostAttemptIsNotTakenBackWhileItsJobWaitsForTheLook() {
        suspected();
        AttemptId third = new AttemptId(JOB, 3);

        assertThat(orders(from(LIFE, beat(third))))
                .containsExactly(new Instruction.Cancel(JOB, 3, "the attempt is over"));
        assertThat(orders(from(LIFE, new Report.Checkpointed(third, 3))))
                .containsExactly(new Instruction.Cancel(JOB, 3, "the attempt is over"));
        assertThat(from(LIFE, new Report.Preempted(third, 3))).isEmpty();
        assertThat(from(NEXT_LIFE, ready())).isEmpty();
        assertThat(jobState()).isInstanceOf(JobState.Running.class);
    }

    @Test
    void trainerOfALostAttemptHasItsSeatFree() {
        suspected();
        from(LIFE, beat());
        on(submitAs("other-key"));

        assertThat(orders(on(new Command.PlaceJobs()))).singleElement().isInstanceOf(Instruction.Assign.class);
    }

    @Test
    void cancellationDoesNotWaitForTheLook() {
        suspected();

        on(new Command.CancelJob(ACME, JOB, "tenant", ""));

        assertThat(jobState()).isEqualTo(new JobState.Cancelled("tenant"));
        assertThat(state.inquiries(now.plus(SILENCE))).isEmpty();
        assertThat(lookedUp(Optional.empty())).isEmpty();
    }

    @Test
    void firstAttemptAtABadDatasetFailsItsJobAtOnce() {
        running();

        assertThat(facts(from(LIFE, failed(FailureKind.INVALID_INPUT))))
                .singleElement()
                .isInstanceOf(Fact.Failed.class);
        assertThat(jobState()).isInstanceOf(JobState.Failed.class);
    }

    @Test
    void newLeaderGivesOpenAttemptsAFreshLease() {
        running();
        now = now.plusSeconds(1_000);
        state.observe(new Observation.AllLeasesExtended(now.plus(LEASE)));
        on(new Command.Tick());

        assertThat(jobState()).isInstanceOf(JobState.Running.class);
    }

    @Test
    void repeatedReportIsToldOnce() {
        running();

        assertThat(facts(from(LIFE, new Report.Started(FIRST, 0, DatasetUse.UNKNOWN))))
                .isEmpty();
    }
}
