package dev.lorikeet.engine.decode;

/**
 * Part of a step's plan: take in this many of a sequence's pending tokens.
 *
 * @param sequence an open sequence of the decoder
 * @param tokens at least 1, at most what is pending
 */
public record Feed(Sequence sequence, int tokens) {
    public Feed {
        if (tokens < 1 || tokens > sequence.pending()) {
            throw new IllegalArgumentException("a feed of " + tokens + " tokens, " + sequence.pending() + " pending");
        }
    }

    /** Rows of the batch that it makes: a sequence's virtual tokens come in with its first ones. */
    int rows() {
        return sequence.rows(tokens);
    }
}
