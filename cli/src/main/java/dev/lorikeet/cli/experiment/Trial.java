package dev.lorikeet.cli.experiment;

import dev.lorikeet.engine.train.FactorRates;
import dev.lorikeet.engine.train.TrainableConfig;
import dev.lorikeet.engine.train.TrainingRun;
import java.util.List;
import java.util.Map;

/**
 * One training that is measured.
 *
 * @param variant what tables call it
 * @param config what is trained
 * @param factorRates rates of a low-rank update's factors
 * @param rate the learning rate, 0 to measure the base model
 * @param seed of its start and its order of examples
 * @param watch looks at it as it goes
 */
record Trial(String variant, TrainableConfig config, FactorRates factorRates, double rate, long seed, Watch watch) {
    /** Looks at a run. */
    @FunctionalInterface
    interface Watch {
        /** Does nothing. */
        Watch NONE = (run, series) -> {};

        /**
         * Called after every step.
         *
         * @param series to write into; kept with the result
         */
        void look(TrainingRun run, Map<String, List<Double>> series);
    }

    /** One rate for all factors, nobody looking. */
    static Trial of(String variant, TrainableConfig config, double rate, long seed) {
        return new Trial(variant, config, FactorRates.EQUAL, rate, seed, Watch.NONE);
    }
}
