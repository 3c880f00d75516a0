package dev.lorikeet.serving.loop;

import java.time.Duration;

/** Is told what the inference thread does, for the metrics; must be quick and never fail. */
public interface LoopObserver {
    /**
     * A step was run.
     *
     * @param rows requests in it
     * @param fedTokens tokens processed
     * @param newTokens tokens chosen
     */
    void stepped(int rows, int fedTokens, int newTokens, Duration took);

    /** A request got its first token so long after it was handed in. */
    void firstToken(Duration since);

    /** A step failed. */
    void stepFailed();
}
