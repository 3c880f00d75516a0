package dev.lorikeet.cli.experiment.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one run found.
 *
 * @param key which run it was
 * @param failure why it has no measures, or empty
 * @param measures numbers by name
 * @param series lists of numbers by name
 */
public record RunResult(Key key, String failure, Map<String, Double> measures, Map<String, List<Double>> series) {
    /** Copies. */
    public RunResult {
        measures = Collections.unmodifiableMap(new LinkedHashMap<>(measures));
        series = Collections.unmodifiableMap(new LinkedHashMap<>(series));
    }

    /**
     * Which run.
     *
     * @param variant what is compared
     * @param rate its learning rate, 0 where nothing is trained
     * @param seed of its start and its order of examples
     * @param setting a digest of everything else that it depends on
     */
    public record Key(String variant, double rate, long seed, String setting) {}

    /** Whether it has the measures. */
    public boolean succeeded() {
        return failure.isEmpty();
    }

    /**
     * A number.
     *
     * @throws IllegalArgumentException if the run has none of this name
     */
    public double measure(String name) {
        Double value = measures.get(name);
        if (value == null) {
            throw new IllegalArgumentException("run " + key + " measured no " + name + " but " + measures.keySet());
        }
        return value;
    }

    /** A list of numbers; empty if the run has none of this name. */
    public List<Double> series(String name) {
        return series.getOrDefault(name, List.of());
    }
}
