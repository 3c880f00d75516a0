package dev.lorikeet.scheduler.loop;

import dev.lorikeet.scheduler.job.Job;
import dev.lorikeet.tenancy.JobId;
import dev.lorikeet.tenancy.TenantId;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The jobs as the journal has them, for everybody to read: never shows what is not committed. Safe for many threads. */
public final class JobBoard {
    private static final Comparator<Job> NEWEST_FIRST =
            Comparator.comparing((Job job) -> job.acceptance().at()).reversed().thenComparing(Job::id);

    private Map<JobId, Job> jobs = new HashMap<>();
    private Map<TenantId, TreeSet<Job>> byTenant = new HashMap<>();

    /** A job as it stands. */
    public synchronized Optional<Job> job(JobId id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /**
     * Waits until there is such a job.
     *
     * @return nothing if there is none in time
     */
    public synchronized Optional<Job> await(JobId id, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!jobs.containsKey(id)) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.empty();
            }
            wait(left);
        }
        return job(id);
    }

    /**
     * A page of a tenant's jobs, newest first.
     *
     * @param after the last job of the page before, if there was one
     */
    public synchronized List<Job> page(TenantId tenant, Optional<Job> after, Predicate<Job> wanted, int size) {
        TreeSet<Job> all = byTenant.getOrDefault(tenant, new TreeSet<>(NEWEST_FIRST));
        Collection<Job> rest =
                after.<Collection<Job>>map(job -> all.tailSet(job, false)).orElse(all);
        return rest.stream().filter(wanted).limit(size).toList();
    }

    /** All jobs. */
    public synchronized List<Job> jobs() {
        return List.copyOf(jobs.values());
    }

    /** Shows jobs as they now are. */
    public synchronized void show(Collection<Job> changed) {
        changed.forEach(this::put);
        notifyAll();
    }

    /** Shows these jobs and no others. */
    public synchronized void showOnly(Collection<Job> all) {
        jobs = new HashMap<>();
        byTenant = new HashMap<>();
        all.forEach(this::put);
        notifyAll();
    }

    private void put(Job job) {
        jobs.put(job.id(), job);
        TreeSet<Job> mine = byTenant.computeIfAbsent(job.tenant(), _ -> new TreeSet<>(NEWEST_FIRST));
        // Ordered by what never changes: the former state of the same job makes way.
        mine.remove(job);
        mine.add(job);
    }
}
