package dev.lorikeet.engine.adapter;

import dev.lorikeet.engine.image.Grid;
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
 * @param front what stands before the text, or null
 * @param bottlenecks small networks behind sublayers
 * @param replaced other tensors of the base by name (norms, classifiers), replaced as a whole
 */
public record Effects(
        Map<LinearModule, LinearEffect> linear,
        @Nullable EmbeddingEffect embedding,
        @Nullable Front front,
        List<Bottleneck> bottlenecks,
        Map<String, float[]> replaced) {
    public Effects {
        linear = Collections.unmodifiableMap(new LinkedHashMap<>(linear));
        bottlenecks = List.copyOf(bottlenecks);
        replaced = Collections.unmodifiableMap(new LinkedHashMap<>(replaced));
    }

    /** Changes of linear layers alone. */
    public static Effects of(Map<LinearModule, LinearEffect> linear) {
        return new Effects(linear, null, null, List.of(), Map.of());
    }

    /** Whether all it does is to add low-rank updates to linear layers. */
    public boolean lowRankOnly() {
        return embedding == null
                && front == null
                && bottlenecks.isEmpty()
                && replaced.isEmpty()
                && linear.values().stream().allMatch(LinearEffect::lowRankOnly);
    }

    /** The same with a change of the embedding. */
    public Effects withEmbedding(EmbeddingEffect change) {
        return new Effects(linear, change, front, bottlenecks, replaced);
    }

    /** The same with other tensors replaced. */
    public Effects withReplaced(Map<String, float[]> tensors) {
        return new Effects(linear, embedding, front, bottlenecks, tensors);
    }

    /** The same with something else, or nothing, before the text. */
    public Effects withFront(@Nullable Front other) {
        return new Effects(linear, embedding, other, bottlenecks, replaced);
    }

    /** Embeddings before the text, or null. */
    public @Nullable Prompt prompt() {
        return front instanceof Prompt prompt ? prompt : null;
    }

    /** Keys and values before the text, or null. */
    public @Nullable Prefix prefix() {
        return front instanceof Prefix prefix ? prefix : null;
    }

    /** How pictures before the text are read, or null. */
    public @Nullable Vision vision() {
        return front instanceof Vision vision ? vision : null;
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
         * @param head whether the head has them too: one that is tied to the embedding
         */
        @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
        record Rows(int[] tokens, float[] rows, boolean head) implements EmbeddingEffect {}

        /**
         * A matrix of its own.
         *
         * @param weight (vocabulary, hidden)
         */
        @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
        record Whole(float[] weight) implements EmbeddingEffect {}
    }

    /** What stands before the text and takes positions of the context. */
    public sealed interface Front {
        /** How many. */
        int tokens();
    }

    /**
     * Virtual tokens that stand before the text and take its first positions.
     *
     * @param tokens how many, at least 1
     * @param embeddings (tokens, hidden)
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Prompt(int tokens, float[] embeddings) implements Front {}

    /**
     * Keys (positions already applied) and values that every layer attends to before the text, whose positions follow.
     *
     * @param tokens how many, at least 1
     * @param keys (layers, key/value heads, tokens, head size)
     * @param values the same
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Prefix(int tokens, float[] keys, float[] values) implements Front {}

    /**
     * A picture's patches stand before the text, each as weight patch + bias + place; they see each other.
     *
     * @param grid how pictures are cut
     * @param weight (hidden, values of a patch)
     * @param bias (hidden)
     * @param places (patches, hidden)
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier, never compared
    public record Vision(Grid grid, float[] weight, float[] bias, float[] places) implements Front {
        @Override
        public int tokens() {
            return grid.patches();
        }
    }

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
