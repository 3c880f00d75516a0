package dev.lorikeet.engine.method.lora;

import dev.lorikeet.engine.adapter.ModulePattern;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Ranks and strengths of an adapter's updates.
 *
 * @param rank inner width, at least 1
 * @param alpha strength: the update is multiplied by alpha / rank
 * @param rankStabilised by alpha / sqrt(rank) instead
 * @param rankPattern ranks of single modules, by regular expression on the path's end; the first that matches holds
 * @param alphaPattern the same for alpha
 */
public record LoraScaling(
        int rank,
        double alpha,
        boolean rankStabilised,
        Map<String, Integer> rankPattern,
        Map<String, Double> alphaPattern) {
    /** Larger ranks are mistakes or attacks: a factor's size is proportional to it. */
    private static final int LARGEST_RANK = 4096;

    public LoraScaling {
        rankPattern = Collections.unmodifiableMap(new LinkedHashMap<>(rankPattern));
        alphaPattern = Collections.unmodifiableMap(new LinkedHashMap<>(alphaPattern));
        requireRank("r", rank);
        requireAlpha("lora_alpha", alpha);
        rankPattern.forEach((key, value) -> {
            Pattern.compile(key);
            requireRank("rank_pattern of " + key, value);
        });
        alphaPattern.forEach((key, value) -> {
            Pattern.compile(key);
            requireAlpha("alpha_pattern of " + key, value);
        });
    }

    /** The rank of the module at a path. */
    public int rankOf(String path) {
        return find(rankPattern, path, rank);
    }

    /** What the module's update is multiplied by. */
    public double scalingOf(String path) {
        double strength = find(alphaPattern, path, alpha);
        int width = rankOf(path);
        return rankStabilised ? strength / Math.sqrt(width) : strength / width;
    }

    /** Of twice the ranks, with the same strengths. */
    LoraScaling doubled() {
        double factor = rankStabilised ? Math.sqrt(2) : 2;
        Map<String, Integer> ranks = new LinkedHashMap<>();
        rankPattern.forEach((key, value) -> ranks.put(key, 2 * value));
        Map<String, Double> alphas = new LinkedHashMap<>();
        alphaPattern.forEach((key, value) -> alphas.put(key, factor * value));
        return new LoraScaling(2 * rank, factor * alpha, rankStabilised, ranks, alphas);
    }

    /** PEFT's {@code get_pattern_key}. */
    private static <T> T find(Map<String, T> patterns, String path, T otherwise) {
        for (Map.Entry<String, T> entry : patterns.entrySet()) {
            if (ModulePattern.matches("(.*\\.)?(" + entry.getKey() + ")", path)) {
                return entry.getValue();
            }
        }
        return otherwise;
    }

    private static void requireRank(String name, int value) {
        if (value < 1 || value > LARGEST_RANK) {
            throw new IllegalArgumentException(name + " must be 1 to " + LARGEST_RANK + ", not " + value);
        }
    }

    private static void requireAlpha(String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(name + " must be a finite number, not " + value);
        }
    }
}
