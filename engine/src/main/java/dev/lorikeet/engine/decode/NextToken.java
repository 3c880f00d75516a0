package dev.lorikeet.engine.decode;

/**
 * The token that follows a sequence. It is pending already: the next step takes it in.
 *
 * @param sequence whose it is
 * @param token its id, or -1 if the logits were not finite
 * @param logProbability natural logarithm of the token's probability before penalty, temperature and filters
 */
public record NextToken(Sequence sequence, int token, float logProbability) {
    /**
     * The logits were not finite (damaged adapter or weights): there is no token, nothing is pending, and the sequence
     * can only be closed. Others in the batch are not touched by it.
     */
    public boolean broken() {
        return token < 0;
    }
}
