package dev.lorikeet.cli.experiment;

import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.TrainableConfig;

/**
 * One of several things that are compared, each at its own best learning rate.
 *
 * @param name what tables call it
 * @param note its size, and whether that is the budget; may be empty
 * @param config what is trained
 * @param factorRates rates of a low-rank update's factors
 * @param rate the middle of the learning rates tried
 */
record Candidate(String name, String note, TrainableConfig config, FactorRates factorRates, double rate) {
    /** One rate for all factors. */
    static Candidate of(String name, String note, TrainableConfig config, double rate) {
        return new Candidate(name, note, config, FactorRates.EQUAL, rate);
    }

    /** Its training at a learning rate, nobody looking. */
    Trial trial(double tried, long seed) {
        return new Trial(name, config, factorRates, tried, seed, Trial.Watch.NONE);
    }
}
