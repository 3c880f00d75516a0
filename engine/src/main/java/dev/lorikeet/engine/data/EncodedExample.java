package dev.lorikeet.engine.data;

/**
 * An example as the trainer reads it.
 *
 * @param tokens ids, in order
 * @param labelled for each token whether it is to be predicted (from those before it); the first never is
 * @param truncated whether tokens beyond the longest length were cut off
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
public record EncodedExample(int[] tokens, boolean[] labelled, boolean truncated) {
    public EncodedExample {
        if (tokens.length != labelled.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
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
