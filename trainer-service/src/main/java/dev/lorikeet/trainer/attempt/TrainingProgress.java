package dev.lorikeet.trainer.attempt;

/**
 * How far training is after a step.
 *
 * @param step optimizer steps done
 * @param totalSteps in all
 * @param loss nats per labelled token over the step's window
 * @param learningRate of the step
 * @param gradientNorm global, before clipping
 * @param tokens trained on so far, padding not counted
 * @param pace how fast it goes
 */
public record TrainingProgress(
        int step, int totalSteps, double loss, double learningRate, double gradientNorm, long tokens, Pace pace) {

    /**
     * How fast training goes.
     *
     * @param tokensPerSecond over the recent steps
     * @param secondsLeft to the end of training, estimated by them
     */
    public record Pace(double tokensPerSecond, double secondsLeft) {}
}
