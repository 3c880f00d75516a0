package dev.lorikeet.engine.model;

/**
 * Sizes of a transformer, all counts of elements.
 *
 * @param vocabularySize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param layers number of blocks
 * @param attention heads and their size
 * @param intermediateSize inner width of the feed-forward
 * @param contextLength the longest sequence the model was made for, in tokens
 */
public record Dimensions(
        int vocabularySize, int hiddenSize, int layers, Attention attention, int intermediateSize, int contextLength) {
    private static final int LARGEST = 1 << 24;

    /**
     * Heads of the attention.
     *
     * @param heads query heads
     * @param keyValueHeads key and value heads; divides {@code heads}
     * @param headSize width of one head; even where positions are rotary
     * @param window how far back layers look
     */
    public record Attention(int heads, int keyValueHeads, int headSize, Window window) {
        /** Heads that see everything before them. */
        public Attention(int heads, int keyValueHeads, int headSize) {
            this(heads, keyValueHeads, headSize, Window.NONE);
        }

        public Attention {
            requireSize("num_attention_heads", heads);
            requireSize("num_key_value_heads", keyValueHeads);
            requireSize("head_dim", headSize);
            if (heads % keyValueHeads != 0) {
                throw new IllegalArgumentException(
                        "num_key_value_heads " + keyValueHeads + " does not divide num_attention_heads " + heads);
            }
        }
    }

    /**
     * A sliding window: some layers see only the nearest positions, their own among them.
     *
     * @param length positions seen, or 0 if all layers see all
     * @param firstLayer the first layer that has it; so have all behind
     */
    public record Window(int length, int firstLayer) {
        public static final Window NONE = new Window(0, 0);

        public Window {
            if (length < 0 || firstLayer < 0) {
                throw new IllegalArgumentException(
                        "sliding_window must be at least 1, not " + length + " from layer " + firstLayer);
            }
        }
    }

    public Dimensions {
        requireSize("vocab_size", vocabularySize);
        requireSize("hidden_size", hiddenSize);
        requireSize("num_hidden_layers", layers);
        requireSize("intermediate_size", intermediateSize);
        requireSize("max_position_embeddings", contextLength);
    }

    private static void requireSize(String field, int value) {
        if (value < 1 || value > LARGEST) {
            throw new IllegalArgumentException(field + " must be 1 to " + LARGEST + ", not " + value);
        }
    }
}
