package dev.lorikeet.engine.data;

import dev.lorikeet.engine.image.EncodedImage;
import org.jspecify.annotations.Nullable;

/**
 * An example as the trainer reads it.
 *
 * @param tokens ids, in order
 * @param labelled for each token whether it is to be predicted (from those before it); the first never is
 * @param truncated whether tokens beyond the longest length were cut off
 * @param image what stands before the text, or null
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
public record EncodedExample(
        int[] tokens,
        boolean[] labelled,
        boolean truncated,
        @Nullable EncodedImage image) {
    public EncodedExample {
        if (tokens.length != labelled.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
    }

    /** Text alone. */
    public EncodedExample(int[] tokens, boolean[] labelled, boolean truncated) {
        this(tokens, labelled, truncated, null);
    }

    /** The same behind an image. */
    public EncodedExample withImage(EncodedImage before) {
        return new EncodedExample(tokens, labelled, truncated, before);
    }

    /** Number of tokens to be predicted. */
    public int labelledTokens() {
        int count = 0;
        for (boolean label : labelled) {
            count += label ? 1 : 0;
        }
        return count;
    }
}
