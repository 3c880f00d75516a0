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
 * @param classified the class of the whole text, or null where tokens are predicted
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
public record EncodedExample(
        int[] tokens,
        boolean[] labelled,
        boolean truncated,
        @Nullable EncodedImage image,
        @Nullable Classified classified) {
    /**
     * A text's class, for an encoder.
     *
     * @param number of the class, from 0
     * @param kinds of each token: 0, or 1 in the second text of a pair
     */
    @SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
    public record Classified(int number, int[] kinds) {}

    public EncodedExample {
        if (tokens.length != labelled.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
        if (classified != null && classified.kinds().length != tokens.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
    }

    /** Text alone. */
    public EncodedExample(int[] tokens, boolean[] labelled, boolean truncated) {
        this(tokens, labelled, truncated, null, null);
    }

    /** A text of a class, in which no token is predicted. */
    public static EncodedExample ofClass(int number, int[] tokens, int[] kinds, boolean truncated) {
        return new EncodedExample(tokens, new boolean[tokens.length], truncated, null, new Classified(number, kinds));
    }

    /** The same behind an image. */
    public EncodedExample withImage(EncodedImage before) {
        return new EncodedExample(tokens, labelled, truncated, before, classified);
    }

    /** Number of tokens to be predicted; 1 if it is the class. */
    public int labelledTokens() {
        int count = classified == null ? 0 : 1;
        for (boolean label : labelled) {
            count += label ? 1 : 0;
        }
        return count;
    }
}
