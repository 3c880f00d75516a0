package dev.lorikeet.trainer.attempt;

import java.util.Map;

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
     */
    public record Measures(double loss, double learningRate, double gradientNorm) {}

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
