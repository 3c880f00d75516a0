package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one case in one precision.
 *
 * @param name the case
 * @param precision the weights'
 * @param engine our side
 * @param peer the other side, or null without one
 */
record Figures(
        String name,
        String precision,
        Side engine,
        @Nullable Side peer) {

    /**
     * One side's figures.
     *
     * @param medianMillis of an iteration
     * @param bestMillis of an iteration
     * @param tokensPerSecond at the median
     * @param peakBytes of the process's memory while it was measured
     * @param error why there are no figures, or null
     */
    record Side(
            double medianMillis,
            double bestMillis,
            double tokensPerSecond,
            long peakBytes,
            @Nullable String error) {

        /** Of an iteration's tokens and the times of all. */
        static Side of(int tokens, List<Double> millis, long peakBytes) {
            List<Double> sorted = millis.stream().sorted().toList();
            int middle = sorted.size() / 2;
            double median =
                    sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
            return new Side(median, sorted.getFirst(), 1000 * tokens / median, peakBytes, null);
        }

        static Side failed(String error) {
            return new Side(Double.NaN, Double.NaN, Double.NaN, 0, error);
        }
    }

    /** How many times as fast the engine is, by the medians; null without a peer's figures. */
    @JsonProperty
    @Nullable Double ratio() {
        return peer == null || peer.error() != null ? null : peer.medianMillis() / engine.medianMillis();
    }
}
