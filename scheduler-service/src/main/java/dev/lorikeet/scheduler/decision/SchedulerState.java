package dev.lorikeet.scheduler.decision;

import dev.lorikeet.scheduler.decision.JournalEntry.Change;
import dev.lorikeet.scheduler.job.Attempt;
import dev.lorikeet.scheduler.job.Failure;
import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.job.TrainerLife;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the scheduler knows: jobs, which are a fold of the journal, and trainers and leases, which are observed.
 * {@link #apply} and {@link #observe} are the only writers, live and at replay. Owned by one thread; the jobs in it
 * are immutable and may be passed on.
 */
public final class SchedulerState {
    private final Map<JobId, Job> jobs = new LinkedHashMap<>();
    private final Map<JobId, Job> waiting = new LinkedHashMap<>();
    private final Map<JobId, Job> open = new LinkedHashMap<>();
    private final Map<TenantId, Long> served = new HashMap<>();
    private final Map<JobId, Instant> leases = new HashMap<>();
    private final Map<JobId, Observation.FailureSuspected> suspected = new LinkedHashMap<>();
    private final Fleet fleet = new Fleet();
    private long assignments;

    /** A job, if there is one of that id. */
    public Optional<Job> job(JobId id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** All jobs, in the order of their acceptance. */
    public Collection<Job> jobs() {
        return Collections.unmodifiableCollection(jobs.values());
    }

    /** Jobs that wait for a trainer, whether they may start now or later. */
    Collection<Job> waiting() {
        return waiting.values();
    }

    /** Jobs with an attempt that has not ended. */
    Collection<Job> open() {
        return open.values();
    }

    /** Jobs with an attempt on a trainer, in any of its lives. */
    List<Job> openOn(String trainer) {
        return open.values().stream()
                .filter(job -> job.state()
                        .openAttempt()
                        .filter(attempt -> attempt.on().trainer().equals(trainer))
                        .isPresent())
                .toList();
    }

    /** The job whose current attempt this is, if it is one, on this very life. */
    Optional<Job> current(TrainerLife life, JobId id, int number) {
        return job(id).filter(job ->
                job.current(number).filter(attempt -> attempt.on().equals(life)).isPresent());
    }

    /** When a tenant was served last, as a position in the order of all assignments; 0: never. */
    long servedAt(TenantId tenant) {
        return served.getOrDefault(tenant, 0L);
    }

    Optional<Instant> lease(JobId job) {
        return Optional.ofNullable(leases.get(job));
    }

    /** The failure of a job that runs no more, but may have a version. */
    Optional<Failure> suspected(JobId job) {
        return Optional.ofNullable(suspected.get(job)).map(Observation.FailureSuspected::failure);
    }

    /** What the registry is to be asked now. */
    public List<Inquiry> inquiries(Instant now) {
        return suspected.values().stream()
                .filter(each -> !each.lookAt().isAfter(now))
                .flatMap(each -> job(each.job()).stream())
                .map(SchedulerState::inquiry)
                .toList();
    }

    private static Inquiry inquiry(Job job) {
        return new Inquiry(
                job.tenant(),
                job.acceptance().spec().adapter(),
                job.id(),
                job.state().openAttempt().orElseThrow().number());
    }

    Fleet fleet() {
        return fleet;
    }

    /** Trainers heard of within the given silence that take work. */
    public int liveTrainers(Instant now, java.time.Duration silence) {
        return fleet.open(now, silence).size();
    }

    /**
     * Makes a fact part of the state.
     *
     * @return the job as it now is
     * @throws IllegalStateException if the fact cannot follow what came before
     */
    public Job apply(JournalEntry entry) {
        JobId id = entry.job();
        Job next = next(entry).told(entry.sequence(), entry.time());
        switch (entry.change()) {
            case Change.AttemptAssigned assigned -> {
                served.put(next.tenant(), ++assignments);
                leases.put(id, assigned.leaseExpiresAt());
            }
            case Change.JobAccepted _,
                    Change.AttemptStarted _,
                    Change.AttemptAdvanced _,
                    Change.AttemptCheckpointed _,
                    Change.AttemptEnded _,
                    Change.JobSucceeded _,
                    Change.JobFailed _,
                    Change.CancellationRequested _,
                    Change.JobCancelled _ -> {}
        }
        jobs.put(id, next);
        index(id, next);
        return next;
    }

    private void index(JobId id, Job job) {
        switch (job.state()) {
            case JobState.Queued _ -> {
                waiting.put(id, job);
                over(id);
            }
            case JobState.Running _, JobState.Cancelling _ -> {
                waiting.remove(id);
                open.put(id, job);
            }
            case JobState.Succeeded _, JobState.Failed _, JobState.Cancelled _ -> {
                waiting.remove(id);
                over(id);
            }
        }
    }

    private void over(JobId id) {
        open.remove(id);
        leases.remove(id);
        suspected.remove(id);
    }

    private Job next(JournalEntry entry) {
        if (entry.change() instanceof Change.JobAccepted accepted) {
            if (jobs.containsKey(entry.job())) {
                throw new IllegalStateException("job " + entry.job() + " was accepted twice");
            }
            return Job.accepted(
                    entry.job(),
                    accepted.tenant(),
                    new Job.Acceptance(accepted.spec(), accepted.contentSha256(), entry.time()),
                    "waits for a trainer",
                    entry.sequence());
        }
        Job job = job(entry.job()).orElseThrow(() -> new IllegalStateException("no job " + entry.job()));
        if (job.state().isFinal()) {
            throw new IllegalStateException("job " + job.id() + " has ended; it cannot see " + entry.change());
        }
        return switch (entry.change()) {
            case Change.JobAccepted _ -> throw new IllegalStateException("handled above");
            case Change.AttemptAssigned assigned -> {
                if (job.state().openAttempt().isPresent()
                        || assigned.attempt() <= job.track().attempts()) {
                    throw new IllegalStateException("job " + job.id() + " cannot begin attempt " + assigned.attempt());
                }
                yield job.assigned(new Attempt(assigned.attempt(), assigned.to(), false, 0));
            }
            case Change.AttemptStarted started -> job.started(started.resumedFromStep());
            case Change.AttemptAdvanced advanced -> job.advanced(advanced.progress());
            case Change.AttemptCheckpointed checkpointed -> job.checkpointed(checkpointed.step());
            case Change.AttemptEnded ended ->
                job.requeued(ended.counted(), new JobState.Queued(ended.notBefore(), ended.reason()));
            case Change.JobSucceeded succeeded -> job.in(new JobState.Succeeded(succeeded.outcome()));
            case Change.JobFailed failed -> job.in(new JobState.Failed(failed.failure()));
            case Change.CancellationRequested requested ->
                job.in(new JobState.Cancelling(
                        job.state()
                                .openAttempt()
                                .orElseThrow(() -> new IllegalStateException("job " + job.id() + " does not run")),
                        requested.by()));
            case Change.JobCancelled cancelled -> job.in(new JobState.Cancelled(cancelled.by()));
        };
    }

    /** Takes note of what is known about trainers. */
    public void observe(Observation observation) {
        switch (observation) {
            case Observation.TrainerHeard heard -> fleet.heard(heard);
            case Observation.TrainerDraining draining -> fleet.draining(draining.life());
            case Observation.TrainerForgotten forgotten -> fleet.forget(forgotten.trainer());
            case Observation.LeaseExtended extended -> leases.replace(extended.job(), extended.until());
            case Observation.FailureSuspected failure -> suspected.put(failure.job(), failure);
            case Observation.AllLeasesExtended all -> open.keySet().forEach(job -> leases.put(job, all.until()));
        }
    }
}
