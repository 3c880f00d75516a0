package dev.lorikeet.trainer.attempt;

import dev.lorikeet.trainer.attempt.AttemptState.Running;
import dev.lorikeet.trainer.attempt.AttemptState.Stopping;
import dev.lorikeet.trainer.attempt.AttemptState.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a trainer does next: a pure function of what it knows, what happens, and the time.
 *
 * <p>Time is a {@link Duration} on any clock that never goes back, such as the time since the process started. The
 * state is only in memory: a trainer that dies forgets its attempts, and the scheduler, seeing a new incarnation or a
 * lease run out, gives them out again.
 */
public final class TrainerRules {
    private TrainerRules() {}

    /** Decides. */
    public static Decision decide(TrainerState state, Command command, Duration now) {
        Draft draft = new Draft(state, now);
        switch (command) {
            case Command.Obey(Identity to, Order order) -> {
                if (to.equals(state.identity())) {
                    draft.obey(order);
                }
            }
            case Command.NotePhase(AttemptKey key, Phase phase) -> draft.phase(key, phase);
            case Command.NoteEnd(AttemptKey key, RunOutcome outcome) -> draft.end(key, outcome);
            case Command.NoteTime() -> draft.time();
            case Command.ShutDown() -> draft.shutDown();
        }
        return new Decision(draft.state, draft.effects);
    }

    /** When the next lease runs out, if any attempt still runs under one. */
    public static Optional<Duration> nextLeaseEnd(TrainerState state) {
        return state.attempts().stream()
                .filter(each -> !lost(each))
                .map(Attempt::leaseEnd)
                .min(Duration::compareTo);
    }

    private static boolean lost(Attempt attempt) {
        return attempt.state() instanceof Stopping(StopReason reason) && reason == StopReason.LEASE_EXPIRED;
    }

    /** A decision in the making. */
    private static final class Draft {
        private final Duration now;
        private final List<Effect> effects = new ArrayList<>();
        private TrainerState state;

        Draft(TrainerState state, Duration now) {
            this.state = state;
            this.now = now;
        }

        void obey(Order order) {
            switch (order) {
                case Order.Assign(Assignment assignment) -> assign(assignment);
                case Order.Refuse(AttemptKey key, String reason) -> refuse(key, reason);
                case Order.Cancel(AttemptKey key) -> stop(key, StopReason.CANCELLED);
                case Order.Preempt(AttemptKey key) -> stop(key, StopReason.PREEMPTED);
                case Order.Extend(AttemptKey key, Duration lease) -> extend(key, lease);
            }
        }

        private void assign(Assignment assignment) {
            AttemptKey key = assignment.key();
            if (state.seen(key)) {
                return;
            }
            supersede(key);
            if (state.closing() || state.wantedSlots() >= state.slots()) {
                report(key, new Effect.End.Preempted(0));
                return;
            }
            state = state.with(new Attempt(assignment, new Waiting(), now.plus(assignment.lease())));
            fillSlots();
        }

        private void supersede(AttemptKey key) {
            state = state.seeing(key);
            for (Attempt each : state.attempts()) {
                if (each.key().job().equals(key.job())) {
                    stop(each.key(), StopReason.SUPERSEDED);
                }
            }
        }

        private void refuse(AttemptKey key, String reason) {
            if (!state.seen(key)) {
                supersede(key);
                report(key, new Effect.End.Failed(new RunOutcome.Failed(FailureKind.INVALID_INPUT, reason)));
            }
        }

        private void extend(AttemptKey key, Duration lease) {
            state.attempt(key).filter(each -> !lost(each)).ifPresent(attempt -> {
                state = state.with(attempt.until(now.plus(lease)));
                if (attempt.holdsSlot()) {
                    effects.add(new Effect.Extend(key, now.plus(lease)));
                }
            });
        }

        private void stop(AttemptKey key, StopReason reason) {
            state.attempt(key).ifPresent(attempt -> {
                switch (attempt.state()) {
                    case Waiting() -> {
                        state = state.without(key);
                        reportStopped(key, reason, 0);
                    }
                    case Running(Phase _) -> tell(attempt, reason);
                    case Stopping(StopReason former) -> {
                        if (reason.strongerThan(former)) {
                            tell(attempt, reason);
                        }
                    }
                }
            });
        }

        private void tell(Attempt attempt, StopReason reason) {
            state = state.with(attempt.in(new Stopping(reason)));
            effects.add(new Effect.Stop(attempt.key(), reason));
        }

        void phase(AttemptKey key, Phase phase) {
            state.attempt(key).ifPresent(attempt -> {
                if (attempt.state() instanceof Running(Phase former) && phase.compareTo(former) > 0) {
                    state = state.with(attempt.in(new Running(phase)));
                }
            });
        }

        void end(AttemptKey key, RunOutcome outcome) {
            Attempt attempt = state.attempt(key)
                    .filter(Attempt::holdsSlot)
                    .orElseThrow(() -> new IllegalStateException("attempt " + key + " ended but does not run"));
            state = state.without(key);
            switch (outcome) {
                // A version that exists is a fact, whatever was ordered meanwhile.
                case RunOutcome.Published published -> report(key, new Effect.End.Succeeded(published));
                case RunOutcome.Failed failed -> {
                    if (!superseded(attempt)) {
                        report(key, new Effect.End.Failed(failed));
                    }
                }
                case RunOutcome.Stopped(StopReason reason, int step) ->
                    reportStopped(key, strongest(reason, attempt.state()), step);
            }
            fillSlots();
        }

        // A run sees its lease run out by itself, perhaps before this core does.
        private static StopReason strongest(StopReason reason, AttemptState state) {
            return state instanceof Stopping(StopReason told) && told.strongerThan(reason) ? told : reason;
        }

        private static boolean superseded(Attempt attempt) {
            return attempt.state() instanceof Stopping(StopReason reason) && reason == StopReason.SUPERSEDED;
        }

        void time() {
            for (Attempt each : state.attempts()) {
                if (each.leaseEnd().compareTo(now) <= 0) {
                    stop(each.key(), StopReason.LEASE_EXPIRED);
                }
            }
        }

        void shutDown() {
            if (state.closing()) {
                return;
            }
            state = state.closed();
            // The farewell first: a scheduler that hears of a free slot before it would give us the attempt again.
            effects.add(new Effect.ReportStopping());
            for (Attempt each : state.attempts()) {
                stop(each.key(), StopReason.SHUTDOWN);
            }
        }

        private void fillSlots() {
            for (Attempt each : state.attempts()) {
                if (each.state() instanceof Waiting && state.usedSlots() < state.slots()) {
                    state = state.with(each.in(new Running(Phase.FETCHING)));
                    effects.add(new Effect.Start(each.assignment(), each.leaseEnd()));
                }
            }
        }

        private void reportStopped(AttemptKey key, StopReason reason, int checkpointStep) {
            switch (reason) {
                case PREEMPTED, SHUTDOWN -> report(key, new Effect.End.Preempted(checkpointStep));
                case CANCELLED -> report(key, new Effect.End.Cancelled());
                case LEASE_EXPIRED ->
                    report(
                            key,
                            new Effect.End.Failed(new RunOutcome.Failed(
                                    FailureKind.LEASE_EXPIRED,
                                    "the lease of attempt " + key + " ran out before the attempt was done")));
                // The scheduler has given it up long ago: nobody waits for a report.
                case SUPERSEDED -> {}
            }
        }

        private void report(AttemptKey key, Effect.End end) {
            effects.add(new Effect.ReportEnd(key, end));
        }
    }
}
