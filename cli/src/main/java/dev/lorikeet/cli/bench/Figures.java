package dev.lorikeet.cli.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one case in one precision.
 *
 * @param name the case
 * @param precision the weights'
 * @param engine our side
 * @param peers the other sides by name, in order
 */
record Figures(String name, String precision, Side engine, Map<String, Side> peers) {
    Figures {
        peers = Collections.unmodifiableMap(new LinkedHashMap<>(peers));
    }

    /**
     * One side's figures.
     *
     * @param medianMillis of an iteration
     * @param bestMillis of an iteration
     * @param tokensPerSecond at the median
     * @param peakBytes of the memory of a process that did nothing else, while it was measured
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

    /** How many times as fast as each peer the engine is, by the medians; without those that failed. */
    @JsonProperty
    Map<String, Double> ratios() {
        Map<String, Double> ratios = new LinkedHashMap<>();
        if (engine.error() == null) {
            peers.forEach((peer, side) -> {
                if (side.error() == null) {
                    ratios.put(peer, side.medianMillis() / engine.medianMillis());
                }
            });
        }
        return ratios;
    }
}
