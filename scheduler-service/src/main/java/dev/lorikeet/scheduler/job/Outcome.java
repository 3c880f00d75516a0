package dev.lorikeet.scheduler.job;

import static java.util.Objects.requireNonNull;

/**
 * A published adapter.
 *
 * @param attempt number of the attempt that published it
 * @param version version of the adapter, from 1
 * @param revision SHA-256 (hex) over weights and configuration
 * @param steps optimizer steps done
 * @param finalLoss loss of the last step, in nats per labelled token
 * @param trainingSeconds wall-clock seconds of the attempt
 */
public record Outcome(int attempt, long version, String revision, int steps, double finalLoss, double trainingSeconds) {
    public Outcome {
        requireNonNull(revision, "revision");
    }
}
