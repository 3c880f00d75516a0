package dev.lorikeet.trainer.attempt;

/**
 * Names one attempt at one job; the number is the fencing token, the higher one wins.
 *
 * @param job the job's id
 * @param number from 1
 */
public record AttemptKey(String job, int number) {
    /** Checks the parts. */
    public AttemptKey {
        if (job.isBlank()) {
            throw new IllegalArgumentException("an attempt needs a job");
        }
        if (number < 1) {
            throw new IllegalArgumentException("attempt " + number + " of job " + job + ": numbers start at 1");
        }
    }

    @Override
    public String toString() {
        return job + "/" + number;
    }
}
