package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

import dev.lorikeet.tenancy.JobId;

/**
 * Names one attempt at a job.
 *
 * @param job the job
 * @param number its number, from 1: the fencing token
 */
public record AttemptId(JobId job, int number) {
    public AttemptId {
        requireNonNull(job, "job");
        if (number < 1) {
            throw new IllegalArgumentException("attempts count from 1: " + number);
        }
    }
}
