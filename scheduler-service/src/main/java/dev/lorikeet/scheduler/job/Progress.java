package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How far an attempt is.
 *
 * @param attempt its number
 * @param step optimizer steps done
 * @param totalSteps optimizer steps in all
 * @param measures figures of the newest step
 * @param pace figures of the whole run
 * @param ranks in use by module path, of a method that moves them; else empty
 */
public record Progress(
        int attempt, int step, int totalSteps, Measures measures, Pace pace, Map<String, Integer> ranks) {
    public Progress {
        requireNonNull(measures, "measures");
        requireNonNull(pace, "pace");
        ranks = Collections.unmodifiableMap(new TreeMap<>(ranks));
    }

    /**
     * Figures of a step.
     *
     * @param loss in nats per labelled token
     * @param learningRate of the step
     * @param gradientNorm global, before clipping
     * @param validation the newest measurement over held-out examples
     */
    public record Measures(double loss, double learningRate, double gradientNorm, Optional<Validation> validation) {
        public Measures {
            requireNonNull(validation, "validation");
        }
    }

    /**
     * A loss over held-out examples and its step, and the least one and its step.
     *
     * @param accuracy share of the texts that a classifier put into their own class at {@code step}
     */
    public record Validation(int step, double loss, int bestStep, double bestLoss, OptionalDouble accuracy) {}

    /** Tokens trained on so far, tokens a second over the recent steps, estimated seconds to the end. */
    public record Pace(long tokens, double tokensPerSecond, double etaSeconds) {}
}
