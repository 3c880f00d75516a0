package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

/**
 * An attempt that has not ended.
 *
 * @param number its number, from 1: the fencing token
 * @param on the life of the trainer that it was given to
 * @param started whether the trainer confirmed it
 * @param resumedFromStep the step that it resumed from, once started
 */
public record Attempt(int number, TrainerLife on, boolean started, int resumedFromStep) {
    public Attempt {
        requireNonNull(on, "on");
        if (number < 1) {
            throw new IllegalArgumentException("attempts count from 1: " + number);
        }
    }

    Attempt startedFrom(int step) {
        return new Attempt(number, on, true, step);
    }
}
