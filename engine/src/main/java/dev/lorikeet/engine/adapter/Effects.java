package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.model.LinearModule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter does to a base model, in the terms that serving and merging compute: every kind comes down to these.
 * Arrays are in C order, never copied and never to be changed.
 *
 * @param linear changes of linear layers, the head included
 * @param embedding change of the token embedding, or null
 * @param prompt embeddings before the text, or null
 * @param prefix keys and values before the text, or null
 * @param bottlenecks small networks behind sublayers
 * @param replaced other tensors of the base by name (norms, classifiers), replaced as a whole
 */
public record Effects(
        Map<LinearModule, LinearEffect> linear,
        @Nullable EmbeddingEffect embedding,
        @Nullable Prompt prompt,
        @Nullable Prefix prefix,
        List<Bottleneck> bottlenecks,
        Map<String, float[]> replaced) {
    public Effects {
        linear = Collections.unmodifiableMap(new LinkedHashMap<>(linear));
        bottlenecks = List.copyOf(bottlenecks);
        replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
    }

    /** Changes of linear layers alone. */
    public static Effects of(Map<LinearModule, LinearEffect> linear) {
        return new Effects(linear, null, null, null, List.of(), Map.of());
    }

    /** Whether all it does is to add low-rank updates to linear layers. */
    public boolean lowRankOnly() {
        return embedding == null
                && prompt == null
                && prefix == null
                && bottlenecks.isEmpty()
                && replaced.isEmpty()
                && linear.values().stream().allMatch(LinearEffect::lowRankOnly);
    }

    /** The same with a change of the embedding. */
    public Effects withEmbedding(EmbeddingEffect change) {
        return new Effects(linear, change, prompt, prefix, bottlenecks, replaced);
    }

    /** The same with other tensors replaced. */
    public Effects withReplaced(Map<String, float[]> tensors) {
        return new Effects(linear, embedding, prompt, prefix, bottlenecks, tensors);
    }

    /** How the token embedding changes. */
    public sealed interface EmbeddingEffect {
        /**
         * Embedding plus B A[:, token].
         *
         * @param update a (rank, vocabulary), b (hidden, rank), scaling folded into b
         */
        record Added(LowRank update) implements EmbeddingEffect {}

        /**
         * Rows of their own for some tokens.
         *
         * @param tokens ids, each once
         * @param rows (tokens, hidden)
         */
        @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
        record Rows(int[] tokens, float[] rows) implements EmbeddingEffect {}

        /**
         * A matrix of its own.
         *
         * @param weight (vocabulary, hidden)
         */
        @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
        record Whole(float[] weight) implements EmbeddingEffect {}
    }

    /**
     * Virtual tokens that stand before the text and take its first positions.
     *
     * @param tokens how many, at least 1
     * @param embeddings (tokens, hidden)
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Prompt(int tokens, float[] embeddings) {}

    /**
     * Keys (positions already applied) and values that every layer attends to before the text, whose positions follow.
     *
     * @param tokens how many, at least 1
     * @param keys (layers, key/value heads, tokens, head size)
     * @param values the same
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Prefix(int tokens, float[] keys, float[] values) {}

    /** Where a bottleneck stands: on the output of a layer's attention or feed-forward part, before the residual. */
    public enum Site {
        ATTENTION,
        FEED_FORWARD
    }

    /**
     * h becomes h + up relu(down h + downBias) + upBias (Houlsby et al. 2019; Pfeiffer et al. 2021).
     *
     * @param layer its block
     * @param site what it follows
     * @param size inner width
     * @param down (size, hidden)
     * @param downBias (size)
     * @param up (hidden, size)
     * @param upBias (hidden)
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Bottleneck(
            int layer, Site site, int size, float[] down, float[] downBias, float[] up, float[] upBias) {}
}
