package dev.lorikeet.engine.model;

import java.util.List;

/** Linear layers of a model by where they stand; those of one group read the same input. */
public enum Group {
    /** What the attention reads the residual stream with: q, k and v, or the three in one. */
    ATTENTION_IN(0),
    /** What the attention writes back with. */
    ATTENTION_OUT(1),
    /** What the feed-forward reads with: gate and up, or up alone. */
    FEED_FORWARD_IN(2),
    /** What the feed-forward writes back with. */
    FEED_FORWARD_OUT(3),
    /** The output head: not part of a layer, nor of {@code all-linear}. */
    HEAD(4);

    /** The groups that every layer has, in order of computation. */
    public static final List<Group> OF_A_LAYER =
            List.of(ATTENTION_IN, ATTENTION_OUT, FEED_FORWARD_IN, FEED_FORWARD_OUT);

    private final int number;

    Group(int number) {
        this.number = number;
    }

    /** How scripts call it: 0 to 4, in order of computation. */
    public int number() {
        return number;
    }
}
