package dev.lorikeet.scheduler.decision;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.scheduler.placement.PlacementPolicy;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Placement;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Seats;
import dev.lorikeet.scheduler.placement.PlacementPolicy.Waiting;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives waiting jobs to trainers with room, as the policy says. */
final class Dispatch {
    private final PlacementPolicy policy;
    private final Timing timing;

    Dispatch(PlacementPolicy policy, Timing timing) {
        this.policy = requireNonNull(policy, "policy");
        this.timing = requireNonNull(timing, "timing");
    }

    void place(SchedulerState state, Draft draft) {
        if (state.waiting().isEmpty()) {
            return;
        }
        List<Seats> seats = seats(state, draft.now());
        if (seats.isEmpty()) {
            return;
        }
        List<Waiting> waiting = state.waiting().stream()
                .filter(job -> mayStart(job, draft.now()))
                .map(job -> waiting(state, job))
                .toList();
        for (Placement placement : policy.place(waiting, seats)) {
            Job job = state.job(placement.job())
                    .orElseThrow(() -> new IllegalStateException("placed unknown job " + placement.job()));
            assign(job, placement.trainer(), draft);
        }
    }

    private void assign(Job job, TrainerLife to, Draft draft) {
        int attempt = job.track().attempts() + 1;
        draft.change(job, new Change.AttemptAssigned(attempt, to, draft.now().plus(timing.lease())));
        draft.order(
                to,
                new Message.Instruction.Assign(
                        job.id(), attempt, job.tenant(), job.acceptance().spec(), timing.lease()));
    }

    private List<Seats> seats(SchedulerState state, Instant now) {
        Map<TrainerLife, Integer> taken = new HashMap<>();
        // An attempt whose job waits for its failure holds no seat: it ended, or was told to stop.
        state.open().stream()
                .filter(job -> state.suspected(job.id()).isEmpty())
                .forEach(job ->
                        job.state().openAttempt().ifPresent(attempt -> taken.merge(attempt.on(), 1, Integer::sum)));
        return state.fleet().open(now, timing.silence()).stream()
                .map(trainer -> new Seats(
                        trainer.life(),
                        trainer.capacity().baseModels(),
                        trainer.capacity().slots() - taken.getOrDefault(trainer.life(), 0)))
                .filter(seat -> seat.free() > 0)
                .toList();
    }

    private static boolean mayStart(Job job, Instant now) {
        return job.state() instanceof JobState.Queued queued
                && !queued.notBefore().isAfter(now);
    }

    private static Waiting waiting(SchedulerState state, Job job) {
        return new Waiting(
                job.id(),
                job.tenant(),
                state.servedAt(job.tenant()),
                job.acceptance().spec().baseModel(),
                job.acceptance().spec().terms().priority(),
                job.acceptance().at());
    }

    /** For people: what a new job waits for. */
    String whyWaiting(SchedulerState state, String baseModel, Instant now) {
        List<Fleet.Trainer> fitting = state.fleet().open(now, timing.silence()).stream()
                .filter(trainer -> trainer.capacity().baseModels().contains(baseModel))
                .toList();
        if (fitting.isEmpty()) {
            return "waits for a trainer with base model " + baseModel + "; none is connected";
        }
        int ahead = state.waiting().size();
        return ahead == 0
                ? "waits for a free trainer"
                : "waits for a free trainer behind " + ahead + (ahead == 1 ? " job" : " jobs");
    }
}
