package dev.lorikeet.engine.model;

import java.util.Set;

/**
 * Everything that shapes a base model's computation, free of the file format that it was read from.
 *
 * @param family which blocks it is made of
 * @param dimensions sizes
 * @param rmsNormEpsilon added to the mean square in every norm, above 0
 * @param rope rotary positions
 * @param projections which linear layers carry a bias, and whether the head is the embedding
 * @param tokens ids with a role
 */
public record ModelConfig(
        Family family,
        Dimensions dimensions,
        double rmsNormEpsilon,
        Rope rope,
        Projections projections,
        ControlTokens tokens) {
    public ModelConfig {
        if (!(rmsNormEpsilon > 0) || rmsNormEpsilon > 1) {
            throw new IllegalArgumentException("rms_norm_eps must be above 0 and at most 1, not " + rmsNormEpsilon);
        }
    }

    /**
     * Variations of the linear layers.
     *
     * @param attentionBias whether q, k, v and o projections have a bias
     * @param feedForwardBias whether gate, up and down projections have a bias
     * @param tiedHead whether the output head is the embedding's matrix
     */
    public record Projections(boolean attentionBias, boolean feedForwardBias, boolean tiedHead) {}

    /**
     * Token ids that mean something to whoever runs the model.
     *
     * @param beginOfText put in front of a text, or -1 if the model has none
     * @param endOfText generation ends at any of these
     */
    public record ControlTokens(int beginOfText, Set<Integer> endOfText) {
        public ControlTokens {
            endOfText = Set.copyOf(endOfText);
        }
    }

    /** What the family's blocks are made of. */
    public Blueprint blueprint() {
        return family.blueprint();
    }

    /** Whether the linear layers of a group have a bias. */
    public boolean biased(Group group) {
        return switch (group) {
            case ATTENTION_IN, ATTENTION_OUT -> attentionBias();
            case FEED_FORWARD_IN, FEED_FORWARD_OUT -> feedForwardBias();
            case HEAD -> false;
        };
    }

    public int vocabularySize() {
        return dimensions.vocabularySize();
    }

    public int hiddenSize() {
        return dimensions.hiddenSize();
    }

    public int layers() {
        return dimensions.layers();
    }

    public int heads() {
        return dimensions.attention().heads();
    }

    public int keyValueHeads() {
        return dimensions.attention().keyValueHeads();
    }

    public int headSize() {
        return dimensions.attention().headSize();
    }

    public int intermediateSize() {
        return dimensions.intermediateSize();
    }

    /** The longest sequence the model was made for, in tokens. */
    public int contextLength() {
        return dimensions.contextLength();
    }

    public double ropeTheta() {
        return rope.theta();
    }

    public RopeScaling ropeScaling() {
        return rope.scaling();
    }

    public boolean attentionBias() {
        return projections.attentionBias();
    }

    public boolean feedForwardBias() {
        return projections.feedForwardBias();
    }

    public boolean tiedHead() {
        return projections.tiedHead();
    }

    /** The id put in front of a text, or -1 if the model has none. */
    public int beginOfText() {
        return tokens.beginOfText();
    }

    /** Generation ends at any of these ids. */
    public Set<Integer> endOfText() {
        return tokens.endOfText();
    }
}
