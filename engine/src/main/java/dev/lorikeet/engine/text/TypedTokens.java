package dev.lorikeet.engine.text;

/**
 * A text's or a pair's tokens, special ones included.
 *
 * @param ids token ids, in order
 * @param types of each token its kind as the tokenizer says: 0, or 1 in the second text of a pair
 */
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of parallel arrays, never compared
public record TypedTokens(int[] ids, int[] types) {
    public TypedTokens {
        if (types.length != ids.length) {
            throw new IllegalArgumentException("arrays of different lengths");
        }
    }

    /**
     * The same as a model takes it: one that tells fewer than two kinds apart, as RoBERTa, gets 0 for all, whatever the
     * tokenizer says.
     *
     * @param kinds that the model tells apart
     */
    public TypedTokens forKinds(int kinds) {
        return kinds > 1 ? this : new TypedTokens(ids, new int[ids.length]);
    }
}
