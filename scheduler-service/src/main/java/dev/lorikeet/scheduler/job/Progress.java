package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

/**
 * How far an attempt is.
 *
 * @param attempt its number
 * @param step optimizer steps done
 * @param totalSteps optimizer steps in all
 * @param measures figures of the newest step
 * @param pace figures of the whole run
 */
public record Progress(int attempt, int step, int totalSteps, Measures measures, Pace pace) {
    public Progress {
        requireNonNull(measures, "measures");
        requireNonNull(pace, "pace");
    }

    /** Loss in nats per labelled token, learning rate, global gradient norm before clipping. */
    public record Measures(double loss, double learningRate, double gradientNorm) {}

    /** Tokens trained on so far, tokens a second over the recent steps, estimated seconds to the end. */
    public record Pace(long tokens, double tokensPerSecond, double etaSeconds) {}
}
