package dev.lorikeet.trainer.attempt;

import dev.lorikeet.tenancy.JobId;

/**
 * Names one attempt at one job; the number is the fencing token, the higher one wins.
 *
 * @param job the job's id
 * @param number from 1
 */
public record AttemptKey(JobId job, int number) {
    /** Checks the parts. */
    public AttemptKey {
        if (number < 1) {
            throw new IllegalArgumentException("attempt " + number + " of job " + job + ": numbers start at 1");
        }
    }

    @Override
    public String toString() {
        return job + "/" + number;
    }
}
