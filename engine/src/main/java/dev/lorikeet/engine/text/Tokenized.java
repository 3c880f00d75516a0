package dev.lorikeet.engine.text;

/**
 * Token ids with the part of the text that each stands for.
 *
 * @param ids token ids, in order
 * @param starts UTF-16 position at which each token's text begins
 * @param ends UTF-16 position one past its end; equal to the start for a token that stands for no text
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
public record Tokenized(int[] ids, int[] starts, int[] ends) {
    public Tokenized {
        if (starts.length != ids.length || ends.length != ids.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
    }
}
