package dev.lorikeet.serving.generation;

import java.util.OptionalLong;

/**
 * How tokens are chosen, as asked for.
 *
 * @param temperature 0: greedily
 * @param topK 0: all
 * @param topP 1: all
 * @param minP 0: all
 * @param repetitionPenalty 1: none
 * @param seed empty: drawn at random
 */
public record Sampling(
        double temperature, int topK, double topP, double minP, double repetitionPenalty, OptionalLong seed) {
    /** Always the likeliest token. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 1, OptionalLong.empty());
}
