package dev.lorikeet.serving.batching;

/**
 * So many of a request's pending tokens go into the step.
 *
 * @param id the request
 * @param tokens at least 1
 */
public record Feed(long id, int tokens) {
    public Feed {
        if (tokens < 1) {
            throw new IllegalArgumentException("request " + id + ": a feed of " + tokens + " tokens");
        }
    }
}
