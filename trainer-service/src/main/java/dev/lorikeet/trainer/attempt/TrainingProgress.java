package dev.lorikeet.trainer.attempt;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How far training is after a step.
 *
 * @param step optimizer steps done
 * @param totalSteps in all
 * @param measures of the step
 * @param tokens trained on so far, padding not counted
 * @param pace how fast it goes
 * @param ranks in use by module path, of a method that moves them; else empty
 */
public record TrainingProgress(
        int step, int totalSteps, Measures measures, long tokens, Pace pace, Map<String, Integer> ranks) {
    /** Copies. */
    public TrainingProgress {
        ranks = Map.copyOf(ranks);
    }

    /**
     * Figures of one step.
     *
     * @param loss nats per labelled token over the step's window
     * @param learningRate of the step
     * @param gradientNorm global, before clipping
     * @param validation the newest measurement over held-out examples
     */
    public record Measures(double loss, double learningRate, double gradientNorm, Optional<Validation> validation) {}

    /**
     * A loss over held-out examples, in nats per labelled token.
     *
     * @param step after which it was measured
     * @param loss then
     * @param bestStep after which it was least
     * @param bestLoss then
     * @param accuracy share of the texts put into their own class at {@code step}; empty where tokens are predicted
     */
    public record Validation(int step, double loss, int bestStep, double bestLoss, OptionalDouble accuracy) {}

    /**
     * How fast training goes.
     *
     * @param tokensPerSecond over the recent steps
     * @param secondsLeft to the end of training, estimated by them
     */
    public record Pace(double tokensPerSecond, double secondsLeft) {}

    /** Nats per labelled token over the step's window. */
    public double loss() {
        return measures.loss();
    }
}
