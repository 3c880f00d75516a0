package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.Command.Report;
import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message.Fact;
import dev.lorikeet.scheduler.job.Attempt;
import dev.lorikeet.scheduler.job.AttemptId;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.FailureKind;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.job.Outcome;
import dev.lorikeet.scheduler.job.Progress;
import dev.lorikeet.scheduler.job.RetryRules;
import dev.lorikeet.scheduler.job.TrainerLife;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What follows from a trainer's words or its silence. Fencing: a report counts only if it comes from the very life
 * that holds the job's current attempt; others are answered with an order to stop.
 */
final class AttemptRules {
    /** A trainer that was silent for so many times the allowed silence is forgotten. */
    private static final int FORGOTTEN_AFTER = 100;

    private final RetryRules retries;
    private final Timing timing;

    AttemptRules(RetryRules retries, Timing timing) {
        this.retries = requireNonNull(retries, "retries");
        this.timing = requireNonNull(timing, "timing");
    }

    void reported(SchedulerState state, Command.TrainerReported reported, Draft draft) {
        TrainerLife life = reported.life();
        if (isListenedTo(state.fleet(), reported, draft.now())) {
            draft.observe(new Observation.TrainerHeard(life, capacity(reported.report()), draft.now()));
            endFormerLives(state, life, draft);
        }
        switch (reported.report()) {
            case Report.Ready _ -> {}
            case Report.Heartbeat heartbeat -> heartbeat(state, life, heartbeat.running(), draft);
            case Report.Stopping _ -> draft.observe(new Observation.TrainerDraining(life));
            case Report.OfAttempt report -> {
                AttemptId attempt = report.attempt();
                state.current(life, attempt.job(), attempt.number())
                        .filter(job -> !isSuspected(state, job) || report instanceof Report.Succeeded)
                        .ifPresentOrElse(job -> ofCurrent(job, report, draft), () -> ofStale(life, report, draft));
            }
        }
    }

    /**
     * A new life of a trainer is believed when it says that it is ready; by any other word only if the trainer is not
     * known to live otherwise (its greeting went to a leader before this one).
     */
    private boolean isListenedTo(Fleet fleet, Command.TrainerReported reported, Instant now) {
        TrainerLife life = reported.life();
        if (fleet.isFormer(life)) {
            return false;
        }
        Optional<Fleet.Trainer> known = fleet.trainer(life.trainer());
        return reported.report() instanceof Report.Ready
                || known.isEmpty()
                || known.get().life().equals(life)
                || !Fleet.isLive(known.get(), now, timing.silence());
    }

    private static Optional<Observation.Capacity> capacity(Report report) {
        return switch (report) {
            case Report.Ready ready -> Optional.of(ready.capacity());
            case Report.Heartbeat heartbeat -> heartbeat.capacity();
            case Report.Stopping _, Report.OfAttempt _ -> Optional.empty();
        };
    }

    private void endFormerLives(SchedulerState state, TrainerLife life, Draft draft) {
        for (Job job : state.openOn(life.trainer())) {
            Attempt attempt = job.state().openAttempt().orElseThrow();
            if (!attempt.on().equals(life) && !isSuspected(state, job)) {
                draft.stop(job, attempt, "the trainer began a new life");
                lost(job, attempt, "trainer " + life.trainer() + " restarted", draft);
            }
        }
    }

    private void heartbeat(SchedulerState state, TrainerLife life, List<AttemptId> running, Draft draft) {
        for (AttemptId attempt : running) {
            Optional<Job> current = state.current(life, attempt.job(), attempt.number());
            if (current.filter(job -> job.state() instanceof JobState.Running && !isSuspected(state, job))
                    .isPresent()) {
                extend(attempt, draft);
                draft.order(life, new Message.Instruction.Extend(attempt.job(), attempt.number(), timing.lease()));
            } else {
                draft.order(
                        life,
                        new Message.Instruction.Cancel(
                                attempt.job(),
                                attempt.number(),
                                current.filter(job -> job.state() instanceof JobState.Cancelling)
                                                .isPresent()
                                        ? "cancelled"
                                        : "the attempt is over"));
            }
        }
    }

    private void extend(AttemptId attempt, Draft draft) {
        draft.observe(new Observation.LeaseExtended(attempt.job(), draft.now().plus(timing.lease())));
    }

    private static void ofStale(TrainerLife life, Report.OfAttempt report, Draft draft) {
        switch (report) {
            case Report.Started _, Report.Advanced _, Report.Checkpointed _ ->
                draft.order(
                        life,
                        new Message.Instruction.Cancel(
                                report.attempt().job(), report.attempt().number(), "the attempt is over"));
            // Over for both sides. A version that it published all the same is found by the attempt that follows, or by
            // the look before the job fails.
            case Report.Succeeded _, Report.Failed _, Report.Cancelled _, Report.Preempted _ -> {}
        }
    }

    private void ofCurrent(Job job, Report.OfAttempt report, Draft draft) {
        Attempt attempt = job.state().openAttempt().orElseThrow();
        if (job.state() instanceof JobState.Running) {
            extend(report.attempt(), draft);
        }
        switch (report) {
            case Report.Started started -> {
                if (!attempt.started()) {
                    draft.change(
                            job,
                            new Change.AttemptStarted(attempt.number(), started.resumedFromStep()),
                            new Fact.Started(
                                    attempt.number(),
                                    attempt.on().trainer(),
                                    started.resumedFromStep(),
                                    started.dataset()));
                }
            }
            case Report.Advanced advanced -> {
                if (isNews(job, advanced.progress())) {
                    draft.change(
                            job,
                            new Change.AttemptAdvanced(advanced.progress()),
                            new Fact.Advanced(advanced.progress()));
                }
            }
            case Report.Checkpointed checkpointed ->
                draft.change(
                        job,
                        new Change.AttemptCheckpointed(attempt.number(), checkpointed.step()),
                        new Fact.Checkpointed(attempt.number(), checkpointed.step()));
            case Report.Succeeded succeeded ->
                draft.change(
                        job, new Change.JobSucceeded(succeeded.outcome()), new Fact.Succeeded(succeeded.outcome()));
            case Report.Failed failed -> ended(job, failed.failure(), draft);
            case Report.Cancelled _ ->
                ended(
                        job,
                        new Failure(
                                attempt.number(),
                                FailureKind.INTERNAL,
                                "the trainer cancelled the attempt without being asked",
                                List.of()),
                        draft);
            case Report.Preempted _ -> givenBack(job, attempt, draft);
        }
    }

    private static boolean isNews(Job job, Progress progress) {
        return job.track()
                .progress()
                .filter(known -> known.attempt() == progress.attempt() && known.step() >= progress.step())
                .isEmpty();
    }

    private static void givenBack(Job job, Attempt attempt, Draft draft) {
        if (job.state() instanceof JobState.Cancelling cancelling) {
            cancelled(job, cancelling, draft);
            return;
        }
        String reason = "attempt " + attempt.number() + " was given back by "
                + attempt.on().trainer();
        draft.change(
                job,
                new Change.AttemptEnded(attempt.number(), Optional.empty(), reason, draft.now(), false),
                new Fact.Queued(job.track().counted(), reason));
    }

    private void lost(Job job, Attempt attempt, String reason, Draft draft) {
        ended(job, new Failure(attempt.number(), FailureKind.LEASE_EXPIRED, reason, List.of()), draft);
    }

    private void ended(Job job, Failure failure, Draft draft) {
        if (job.state() instanceof JobState.Cancelling cancelling) {
            cancelled(job, cancelling, draft);
            return;
        }
        int counted = job.track().counted() + 1;
        switch (retries.judge(failure.kind(), counted, draft.now())) {
            case RetryRules.Verdict.GiveUp _ -> {
                if (mayHavePublished(failure)) {
                    draft.observe(new Observation.FailureSuspected(
                            job.id(), failure, draft.now().plus(timing.silence())));
                } else {
                    draft.change(job, new Change.JobFailed(failure), new Fact.Failed(failure));
                }
            }
            case RetryRules.Verdict.Retry retry -> {
                String reason = "attempt " + failure.attempt() + " ended: " + failure.reason() + "; attempt "
                        + (counted + 1) + " of " + retries.maxAttempts() + " follows";
                draft.change(
                        job,
                        new Change.AttemptEnded(
                                failure.attempt(), Optional.of(failure.kind()), reason, retry.notBefore(), true),
                        new Fact.Queued(counted, reason));
            }
        }
    }

    /**
     * Whether a version of the job can exist or still come. An attempt may publish and die before it says so, or be cut
     * off so that its lease runs out; one that says that its input or its numbers were bad did not, but an earlier one
     * may have. A job told to have failed must have no version, so the registry is asked first.
     */
    private static boolean mayHavePublished(Failure failure) {
        return failure.attempt() > 1
                || switch (failure.kind()) {
                    case LEASE_EXPIRED, TRANSIENT, INTERNAL -> true;
                    case INVALID_INPUT, OUT_OF_MEMORY, DIVERGED -> false;
                };
    }

    /** A suspected attempt is over, but its job is not: nothing of the trainer's counts any more but its success. */
    private static boolean isSuspected(SchedulerState state, Job job) {
        return state.suspected(job.id()).isPresent();
    }

    /** The registry's answer; one that comes too late, or twice, is ignored. */
    void lookedUp(SchedulerState state, Command.LookedUp looked, Draft draft) {
        Optional<Failure> failure = state.suspected(looked.job());
        Optional<Job> current = state.job(looked.job())
                .filter(job -> job.current(looked.attempt()).isPresent() && isSuspected(state, job));
        if (failure.isEmpty() || current.isEmpty()) {
            return;
        }
        if (looked.found().isPresent()) {
            Outcome outcome = looked.found().get();
            draft.change(current.get(), new Change.JobSucceeded(outcome), new Fact.Succeeded(outcome));
        } else {
            draft.change(current.get(), new Change.JobFailed(failure.get()), new Fact.Failed(failure.get()));
        }
    }

    private static void cancelled(Job job, JobState.Cancelling cancelling, Draft draft) {
        draft.change(job, new Change.JobCancelled(cancelling.by()), new Fact.Cancelled(cancelling.by()));
    }

    void timePassed(SchedulerState state, Draft draft) {
        for (Job job : state.open()) {
            Instant lease = state.lease(job.id()).orElse(Instant.MIN);
            if (!lease.isAfter(draft.now()) && !isSuspected(state, job)) {
                Attempt attempt = job.state().openAttempt().orElseThrow();
                draft.stop(job, attempt, "its lease ran out");
                lost(job, attempt, "trainer " + attempt.on().trainer() + " fell silent", draft);
            }
        }
        Duration forgotten = timing.silence().multipliedBy(FORGOTTEN_AFTER);
        for (Fleet.Trainer trainer : state.fleet().trainers()) {
            if (!Fleet.isLive(trainer, draft.now(), forgotten)) {
                draft.observe(new Observation.TrainerForgotten(trainer.life().trainer()));
            }
        }
    }
}
