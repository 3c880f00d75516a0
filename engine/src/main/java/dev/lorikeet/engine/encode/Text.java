package dev.lorikeet.engine.encode;

/**
 * A text as an encoder reads it, special tokens included.
 *
 * @param tokens ids, at least one; not copied, never to be changed
 * @param types of each token its kind: 0, or 1 in the second text of a pair
 */
@SuppressWarnings("ArrayRecordComponent") // Made for one call, compared by nobody.
public record Text(int[] tokens, int[] types) {
    public Text {
        if (tokens.length == 0) {
            throw new IllegalArgumentException("the text is empty");
        }
        if (types.length != tokens.length) {
            throw new IllegalArgumentException(tokens.length + " tokens with " + types.length + " types");
        }
    }

    /** A single text: every token's type is 0. */
    public static Text of(int... tokens) {
        return new Text(tokens, new int[tokens.length]);
    }
}
