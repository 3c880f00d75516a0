package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.decision.Message.Fact;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.job.RetryRules;
import dev.lorikeet.scheduler.placement.PlacementPolicy;
import dev.lorikeet.scheduler.request.RequestRules;
import dev.lorikeet.scheduler.request.TrainingSpec;
import dev.lorikeet.scheduler.request.Violation;
import dev.lorikeet.tenancy.DatasetAddress;
import dev.lorikeet.tenancy.JobId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Decides. Pure: reads the state, changes nothing, and gives the same answer to the same question. */
public final class Decider {
    private final RequestRules rules;
    private final AttemptRules attempts;
    private final Dispatch dispatch;

    public Decider(RequestRules rules, RetryRules retries, Timing timing, PlacementPolicy policy) {
        this.rules = requireNonNull(rules, "rules");
        this.attempts = new AttemptRules(retries, timing);
        this.dispatch = new Dispatch(policy, timing);
    }

    /** What follows from a command. */
    public Decision decide(SchedulerState state, Command command, Instant now) {
        Draft draft = new Draft(now);
        switch (command) {
            case Command.SubmitJob submit -> submit(state, submit, draft);
            case Command.CancelJob cancel -> cancel(state, cancel, draft);
            case Command.PutAside aside -> putAside(aside, draft);
            case Command.TrainerReported reported -> attempts.reported(state, reported, draft);
            case Command.LookedUp looked -> attempts.lookedUp(state, looked, draft);
            case Command.Tick _ -> attempts.timePassed(state, draft);
            case Command.PlaceJobs _ -> dispatch.place(state, draft);
        }
        return draft.decision();
    }

    private void submit(SchedulerState state, Command.SubmitJob submit, Draft draft) {
        if (!submit.unknown().isEmpty()) {
            List<Violation> all = new ArrayList<>(submit.unknown());
            all.addAll(rules.check(submit.tenant(), submit.spec()));
            reject(submit, all, draft);
            return;
        }
        JobId id = JobId.derive(submit.tenant(), submit.idempotencyKey());
        Optional<Job> existing = state.job(id);
        if (existing.isPresent()) {
            repeat(submit, existing.get(), draft);
            return;
        }
        List<Violation> violations = new ArrayList<>(rules.check(submit.tenant(), submit.spec()));
        if (violations.isEmpty() && submit.supply() instanceof Command.Supply.Missing) {
            violations.add(new Violation(
                    Violation.Code.NOT_FOUND, "dataset_uri", "nothing is stored there; upload the dataset first"));
        }
        if (violations.isEmpty()) {
            accept(state, submit, id, draft);
        } else {
            reject(submit, violations, draft);
        }
    }

    private void accept(SchedulerState state, Command.SubmitJob submit, JobId id, Draft draft) {
        TrainingSpec resolved = rules.resolve(submit.spec(), address(submit), submit.idempotencyKey(), seed(id));
        draft.change(
                new Message.Subject(submit.tenant(), Optional.of(id), resolved.adapter(), submit.idempotencyKey()),
                id,
                0,
                new Change.JobAccepted(submit.tenant(), resolved, submit.contentSha256()),
                submit.correlation(),
                new Fact.Accepted(resolved),
                new Fact.Queued(0, dispatch.whyWaiting(state, resolved.baseModel(), draft.now())));
    }

    private DatasetAddress address(Command.SubmitJob submit) {
        return switch (submit.supply()) {
            case Command.Supply.Stored stored -> stored.address();
            case Command.Supply.AsAddressed _, Command.Supply.Missing _ ->
                switch (submit.spec().dataset()) {
                    case TrainingSpec.Dataset.Uri uri -> rules.address(submit.tenant(), uri);
                    case TrainingSpec.Dataset.Inline _, TrainingSpec.Dataset.Unset _ ->
                        throw new IllegalStateException("inline examples were not stored before the decision");
                };
        };
    }

    /** The same request again is the same job: its acceptance is told once more, under its old number. */
    private static void repeat(Command.SubmitJob submit, Job job, Draft draft) {
        if (job.acceptance().contentSha256().equals(submit.contentSha256())) {
            draft.tell(new Message.Event(
                    Draft.subject(job),
                    1,
                    job.acceptance().at(),
                    new Fact.Accepted(job.acceptance().spec()),
                    submit.correlation()));
        } else {
            reject(
                    submit,
                    List.of(new Violation(
                            Violation.Code.CONFLICT,
                            "idempotency_key",
                            "names job " + job.id() + " already, which has another content; use a new key")),
                    draft);
        }
    }

    private static void reject(Command.SubmitJob submit, List<Violation> violations, Draft draft) {
        draft.tell(new Message.Event(
                Refusal.subject(submit.tenant(), submit.spec(), submit.idempotencyKey()),
                0,
                draft.now(),
                Refusal.rejected(violations),
                submit.correlation()));
    }

    private static void cancel(SchedulerState state, Command.CancelJob cancel, Draft draft) {
        Optional<Job> found = state.job(cancel.job()).filter(job -> job.tenant().equals(cancel.tenant()));
        if (found.isEmpty()) {
            draft.tell(new Message.Event(
                    new Message.Subject(cancel.tenant(), Optional.empty(), "", ""),
                    0,
                    draft.now(),
                    new Fact.Rejected(
                            List.of(new Violation(Violation.Code.NOT_FOUND, "job", "there is no job " + cancel.job()))),
                    cancel.correlation()));
            return;
        }
        Job job = found.get();
        switch (job.state()) {
            case JobState.Queued _ ->
                draft.change(job, new Change.JobCancelled(cancel.by()), new Fact.Cancelled(cancel.by()));
            case JobState.Running _
            when state.suspected(job.id()).isPresent() ->
                draft.change(job, new Change.JobCancelled(cancel.by()), new Fact.Cancelled(cancel.by()));
            case JobState.Running running -> {
                draft.change(job, new Change.CancellationRequested(cancel.by()));
                draft.stop(job, running.attempt(), "cancelled by " + cancel.by());
            }
            // Asked again: perhaps the trainer missed the first order.
            case JobState.Cancelling cancelling ->
                draft.stop(job, cancelling.attempt(), "cancelled by " + cancelling.by());
            case JobState.Succeeded _, JobState.Failed _, JobState.Cancelled _ -> {}
        }
    }

    private static void putAside(Command.PutAside aside, Draft draft) {
        String reason = Refusal.reason(aside.reason());
        draft.tell(new Message.DeadLetter(aside.tenant(), aside.origin(), aside.code(), reason, draft.now()));
        Violation.Code code = switch (aside.code()) {
            case TOO_LARGE -> Violation.Code.TOO_LARGE;
            case UNREADABLE, UNAUTHENTICATED -> Violation.Code.UNREADABLE;
        };
        aside.tenant()
                .ifPresent(tenant -> draft.tell(new Message.Event(
                        new Message.Subject(tenant, Optional.empty(), "", ""),
                        0,
                        draft.now(),
                        Refusal.rejected(List.of(new Violation(code, "", reason))),
                        aside.correlation())));
    }

    /** A seed for a job that has none: the same for the same job, and short enough to be retyped. */
    private static long seed(JobId id) {
        CRC32C crc = new CRC32C();
        crc.update(id.value().getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }
}
