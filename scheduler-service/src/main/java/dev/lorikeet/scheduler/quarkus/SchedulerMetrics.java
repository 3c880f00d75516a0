package dev.lorikeet.scheduler.quarkus;

import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.scheduler.job.JobState;
import dev.lorikeet.scheduler.kafka.Scheduler;
import dev.lorikeet.scheduler.loop.JobBoard;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Figures about jobs, transactions and trainers. */
@Singleton
public class SchedulerMetrics implements Scheduler.Watcher {
    private final MeterRegistry registry;
    private final Timer deciding;
    private final Timer committing;
    private final Counter inputs;
    private final Counter restarts;
    private final AtomicInteger trainers = new AtomicInteger();

    @Inject
    SchedulerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.deciding = registry.timer("lorikeet.scheduler.decide");
        this.committing = registry.timer("lorikeet.scheduler.transaction");
        this.inputs = registry.counter("lorikeet.scheduler.inputs");
        this.restarts = registry.counter("lorikeet.scheduler.restarts");
        Gauge.builder("lorikeet.scheduler.trainers", trainers, AtomicInteger::get)
                .description("Trainers that take work; only the leader knows")
                .register(registry);
    }

    void watch(JobBoard board) {
        count(board, "queued", state -> state instanceof JobState.Queued);
        count(board, "running", state -> state instanceof JobState.Running);
        count(board, "cancelling", state -> state instanceof JobState.Cancelling);
        count(board, "succeeded", state -> state instanceof JobState.Succeeded);
        count(board, "failed", state -> state instanceof JobState.Failed);
        count(board, "cancelled", state -> state instanceof JobState.Cancelled);
    }

    private void count(JobBoard board, String state, Predicate<JobState> is) {
        Gauge.builder("lorikeet.scheduler.jobs", board, all -> count(all.jobs(), is))
                .tag("state", state)
                .register(registry);
    }

    private static double count(List<Job> jobs, Predicate<JobState> is) {
        return jobs.stream().map(Job::state).filter(is).count();
    }

    @Override
    public void committed(int count, Duration decision, Duration commit) {
        inputs.increment(count);
        deciding.record(decision);
        committing.record(commit);
    }

    @Override
    public void trainers(int live) {
        trainers.set(live);
    }

    @Override
    public void restarted() {
        restarts.increment();
    }
}
