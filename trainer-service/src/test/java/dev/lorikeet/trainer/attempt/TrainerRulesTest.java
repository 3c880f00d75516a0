package dev.lorikeet.trainer.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.trainer.attempt.Effect.End;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerRulesTest {
    private static final Identity ME = new Identity("trainer-1", "life-2");
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final RunOutcome.Published PUBLISHED = new RunOutcome.Published(3, "ab12", 10, 0.5, 12);

    private TrainerState state = TrainerState.fresh(ME, 1);
    private Duration now = Duration.ofMinutes(5);

    @Test
    void assignmentTakesAFreeSlot() {
        List<Effect> effects = obey(assign("j-a", 1));

        assertThat(effects).containsExactly(new Effect.Start(Jobs.assignment("j-a", 1, LEASE), now.plus(LEASE)));
        assertThat(stateOf("j-a", 1)).isEqualTo(new AttemptState.Running(Phase.FETCHING));
        assertThat(state.held()).containsExactly(key("j-a", 1));
    }

    @Test
    void sameAssignmentAgainIsIgnoredEvenAfterItsEnd() {
        obey(assign("j-a", 1));

        assertThat(obey(assign("j-a", 1))).isEmpty();
        apply(new Command.NoteEnd(key("j-a", 1), PUBLISHED));

        assertThat(obey(assign("j-a", 1))).isEmpty();
        assertThat(state.attempts()).isEmpty();
    }

    @Test
    void ordersToOthersAndToFormerLivesAreIgnored() {
        Command former = new Command.Obey(new Identity("trainer-1", "life-1"), assign("j-a", 1));
        Command other = new Command.Obey(new Identity("trainer-2", "life-2"), assign("j-a", 1));

        assertThat(apply(former)).isEmpty();
        assertThat(apply(other)).isEmpty();
        assertThat(state).isEqualTo(TrainerState.fresh(ME, 1));
    }

    @Test
    void assignmentBeyondTheSlotsIsGivenBack() {
        obey(assign("j-a", 1));

        List<Effect> effects = obey(assign("j-b", 4));

        assertThat(effects).containsExactly(ended("j-b", 4, new End.Preempted(0)));
        assertThat(state.held()).containsExactly(key("j-a", 1));
    }

    @Test
    void assignmentWaitsForTheSlotOfAStoppingAttempt() {
        obey(assign("j-a", 1));
        obey(new Order.Cancel(key("j-a", 1)));

        assertThat(obey(assign("j-b", 1))).isEmpty();
        assertThat(stateOf("j-b", 1)).isEqualTo(new AttemptState.Waiting());
        List<Effect> effects = apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.CANCELLED, 0)));

        assertThat(effects)
                .containsExactly(
                        ended("j-a", 1, new End.Cancelled()),
                        new Effect.Start(Jobs.assignment("j-b", 1, LEASE), now.plus(LEASE)));
    }

    @Test
    void waitingAttemptThatIsCancelledIsReportedAtOnce() {
        obey(assign("j-a", 1));
        obey(new Order.Preempt(key("j-a", 1)));
        obey(assign("j-b", 1));

        assertThat(obey(new Order.Cancel(key("j-b", 1)))).containsExactly(ended("j-b", 1, new End.Cancelled()));
        assertThat(state.held()).containsExactly(key("j-a", 1));
    }

    @Test
    void laterAttemptAtTheSameJobReplacesTheEarlierOneSilently() {
        obey(assign("j-a", 1));

        assertThat(obey(assign("j-a", 2))).containsExactly(new Effect.Stop(key("j-a", 1), StopReason.SUPERSEDED));
        List<Effect> effects = apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.CANCELLED, 0)));

        assertThat(effects).containsExactly(new Effect.Start(Jobs.assignment("j-a", 2, LEASE), now.plus(LEASE)));
        assertThat(obey(assign("j-a", 1))).isEmpty();
    }

    @Test
    void earlierAttemptNeverReplacesALaterOne() {
        obey(assign("j-a", 2));

        assertThat(obey(assign("j-a", 1))).isEmpty();
        assertThat(stateOf("j-a", 2)).isEqualTo(new AttemptState.Running(Phase.FETCHING));
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void everyPhaseCanBeCancelledPreemptedLostAndShutDown(Phase phase) {
        AttemptKey key = key("j-a", 1);
        for (StopReason reason : StopReason.values()) {
            state = TrainerState.fresh(ME, 1);
            obey(assign("j-a", 1));
            apply(new Command.NotePhase(key, phase));

            List<Effect> effects = switch (reason) {
                case PREEMPTED -> obey(new Order.Preempt(key));
                case CANCELLED -> obey(new Order.Cancel(key));
                case SUPERSEDED -> obey(assign("j-a", 2));
                case SHUTDOWN ->
                    apply(new Command.ShutDown()).stream()
                            .filter(effect -> !effect.equals(new Effect.ReportStopping()))
                            .toList();
                case LEASE_EXPIRED -> after(LEASE);
            };

            assertThat(effects).containsExactly(new Effect.Stop(key, reason));
            assertThat(stateOf("j-a", 1)).isEqualTo(new AttemptState.Stopping(reason));
        }
    }

    @Test
    void eachStopIsReportedForWhatItWas() {
        assertThat(endAfter(new Order.Preempt(key("j-a", 1)), 20))
                .containsExactly(ended("j-a", 1, new End.Preempted(20)));
        assertThat(endAfter(new Order.Cancel(key("j-a", 1)), 20)).containsExactly(ended("j-a", 1, new End.Cancelled()));
    }

    @Test
    void expiredLeaseEndsTheAttempt() {
        obey(assign("j-a", 1));

        assertThat(after(LEASE.minusMillis(1))).isEmpty();
        assertThat(after(Duration.ofMillis(1)))
                .containsExactly(new Effect.Stop(key("j-a", 1), StopReason.LEASE_EXPIRED));
        assertThat(apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.LEASE_EXPIRED, 5))))
                .satisfiesExactly(effect -> assertThat(effect)
                        .isInstanceOfSatisfying(
                                Effect.ReportEnd.class,
                                end -> assertThat(end.outcome())
                                        .isInstanceOfSatisfying(
                                                End.Failed.class,
                                                failed -> assertThat(
                                                                failed.outcome().kind())
                                                        .isEqualTo(FailureKind.LEASE_EXPIRED))));
    }

    @Test
    void extensionKeepsTheLeaseAlive() {
        obey(assign("j-a", 1));
        after(Duration.ofSeconds(20));

        List<Effect> effects = obey(new Order.Extend(key("j-a", 1), LEASE));

        assertThat(effects).containsExactly(new Effect.Extend(key("j-a", 1), now.plus(LEASE)));
        assertThat(TrainerRules.nextLeaseEnd(state)).contains(now.plus(LEASE));
        assertThat(after(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void lostLeaseIsNotTakenBack() {
        obey(assign("j-a", 1));
        after(LEASE);

        assertThat(obey(new Order.Extend(key("j-a", 1), LEASE))).isEmpty();
        assertThat(stateOf("j-a", 1)).isEqualTo(new AttemptState.Stopping(StopReason.LEASE_EXPIRED));
        assertThat(TrainerRules.nextLeaseEnd(state)).isEmpty();
    }

    @Test
    void cancellationIsStrongerThanPreemptionAndNotTheOtherWayRound() {
        AttemptKey key = key("j-a", 1);
        obey(assign("j-a", 1));
        obey(new Order.Preempt(key));

        assertThat(obey(new Order.Cancel(key))).containsExactly(new Effect.Stop(key, StopReason.CANCELLED));
        assertThat(obey(new Order.Preempt(key))).isEmpty();
        assertThat(obey(new Order.Cancel(key))).isEmpty();
    }

    @Test
    void versionThatExistsIsReportedWhateverWasOrdered() {
        AttemptKey key = key("j-a", 1);
        obey(assign("j-a", 1));
        obey(new Order.Cancel(key));

        assertThat(apply(new Command.NoteEnd(key, PUBLISHED)))
                .containsExactly(ended("j-a", 1, new End.Succeeded(PUBLISHED)));
    }

    @Test
    void failureIsReportedAndFreesTheSlot() {
        RunOutcome.Failed failed = new RunOutcome.Failed(
                FailureKind.INVALID_INPUT, "2 errors", List.of(new RunOutcome.DatasetError(4, "no messages")));
        obey(assign("j-a", 1));

        assertThat(apply(new Command.NoteEnd(key("j-a", 1), failed)))
                .containsExactly(ended("j-a", 1, new End.Failed(failed)));
        assertThat(obey(assign("j-b", 1))).hasSize(1).first().isInstanceOf(Effect.Start.class);
    }

    @Test
    void assignmentThatMakesNoSenseFailsOnce() {
        Order refuse = new Order.Refuse(key("j-a", 1), "no dataset");

        assertThat(obey(refuse))
                .containsExactly(ended(
                        "j-a", 1, new End.Failed(new RunOutcome.Failed(FailureKind.INVALID_INPUT, "no dataset"))));
        assertThat(obey(refuse)).isEmpty();
    }

    @Test
    void shutdownSaysSoBeforeItStopsAnything() {
        AttemptKey key = key("j-a", 1);
        obey(assign("j-a", 1));

        assertThat(apply(new Command.ShutDown()))
                .containsExactly(new Effect.ReportStopping(), new Effect.Stop(key, StopReason.SHUTDOWN));
        assertThat(obey(assign("j-b", 1))).containsExactly(ended("j-b", 1, new End.Preempted(0)));
        assertThat(state.done()).isFalse();
        assertThat(apply(new Command.NoteEnd(key, stopped(StopReason.SHUTDOWN, 40))))
                .containsExactly(ended("j-a", 1, new End.Preempted(40)));
        assertThat(state.done()).isTrue();
        assertThat(apply(new Command.ShutDown())).isEmpty();
    }

    @Test
    void shutdownOfTwoSlotsSaysSoBeforeEitherAttemptIsGivenBack() {
        state = TrainerState.fresh(ME, 2);
        obey(assign("j-a", 1));
        obey(assign("j-b", 1));
        obey(new Order.Cancel(key("j-b", 1)));
        // Waits for the slot of the cancelled one, so it is given back at once.
        obey(assign("j-c", 1));

        assertThat(apply(new Command.ShutDown()))
                .containsExactly(
                        new Effect.ReportStopping(),
                        new Effect.Stop(key("j-a", 1), StopReason.SHUTDOWN),
                        ended("j-c", 1, new End.Preempted(0)));
        assertThat(apply(new Command.NoteEnd(key("j-b", 1), stopped(StopReason.CANCELLED, 0))))
                .containsExactly(ended("j-b", 1, new End.Cancelled()));
        assertThat(obey(assign("j-b", 2))).containsExactly(ended("j-b", 2, new End.Preempted(0)));
        assertThat(state.done()).isFalse();
        assertThat(apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.SHUTDOWN, 7))))
                .containsExactly(ended("j-a", 1, new End.Preempted(7)));
        assertThat(state.done()).isTrue();
    }

    @Test
    void leaseCanBeExtendedWhileTheTrainerShutsDown() {
        obey(assign("j-a", 1));
        apply(new Command.ShutDown());
        after(Duration.ofSeconds(20));

        assertThat(obey(new Order.Extend(key("j-a", 1), LEASE)))
                .containsExactly(new Effect.Extend(key("j-a", 1), now.plus(LEASE)));
        assertThat(after(Duration.ofSeconds(20))).isEmpty();
    }

    @Test
    void shutdownOfAnIdleTrainerIsSaidAtOnce() {
        assertThat(apply(new Command.ShutDown())).containsExactly(new Effect.ReportStopping());
        assertThat(state.done()).isTrue();
    }

    @Test
    void ordersAboutUnknownAttemptsChangeNothing() {
        AttemptKey key = key("j-a", 1);

        assertThat(obey(new Order.Cancel(key))).isEmpty();
        assertThat(obey(new Order.Preempt(key))).isEmpty();
        assertThat(obey(new Order.Extend(key, LEASE))).isEmpty();
        assertThat(state).isEqualTo(TrainerState.fresh(ME, 1));
    }

    @Test
    void leaseThatTheRunSawRunOutFirstIsReportedAsSuch() {
        obey(assign("j-a", 1));

        assertThat(apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.LEASE_EXPIRED, 0))))
                .hasSize(1)
                .first()
                .asString()
                .contains("LEASE_EXPIRED");
    }

    @Test
    void cancellationAfterThePreemptedRunEndedIsStillACancellation() {
        obey(assign("j-a", 1));
        obey(new Order.Preempt(key("j-a", 1)));
        obey(new Order.Cancel(key("j-a", 1)));

        assertThat(apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.PREEMPTED, 5))))
                .containsExactly(ended("j-a", 1, new End.Cancelled()));
    }

    @Test
    void severalSlotsRunSeveralAttempts() {
        state = TrainerState.fresh(ME, 2);

        assertThat(obey(assign("j-a", 1))).hasSize(1);
        assertThat(obey(assign("j-b", 1))).hasSize(1);
        assertThat(obey(assign("j-c", 1))).containsExactly(ended("j-c", 1, new End.Preempted(0)));
        assertThat(state.held()).hasSize(2);
    }

    @Test
    void memoryOfSeenJobsIsBounded() {
        for (int i = 0; i <= TrainerState.REMEMBERED_JOBS; i++) {
            obey(assign("j-" + i, 1));
            apply(new Command.NoteEnd(key("j-" + i, 1), PUBLISHED));
        }

        assertThat(state.newest()).hasSize(TrainerState.REMEMBERED_JOBS).doesNotContainKey(new JobId("j-0"));
    }

    private static RunOutcome stopped(StopReason reason, int step) {
        return new RunOutcome.Stopped(reason, step);
    }

    private List<Effect> endAfter(Order order, int step) {
        state = TrainerState.fresh(ME, 1);
        obey(assign("j-a", 1));
        obey(order);
        return apply(new Command.NoteEnd(key("j-a", 1), stopped(StopReason.PREEMPTED, step)));
    }

    private List<Effect> after(Duration time) {
        now = now.plus(time);
        return apply(new Command.NoteTime());
    }

    private List<Effect> obey(Order order) {
        return apply(new Command.Obey(ME, order));
    }

    private List<Effect> apply(Command command) {
        Decision decision = TrainerRules.decide(state, command, now);
        state = decision.state();
        return new ArrayList<>(decision.effects());
    }

    private AttemptState stateOf(String job, int attempt) {
        return state.attempt(key(job, attempt)).orElseThrow().state();
    }

    private static AttemptKey key(String job, int attempt) {
        return new AttemptKey(new JobId(job), attempt);
    }

    private static Order assign(String job, int attempt) {
        return new Order.Assign(Jobs.assignment(job, attempt, LEASE));
    }

    private static Effect ended(String job, int attempt, End end) {
        return new Effect.ReportEnd(key(job, attempt), end);
    }
}
