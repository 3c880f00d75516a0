package dev.lorikeet.engine.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything that shapes a base model's computation, free of the file format that it was read from.
 *
 * @param family which blocks it is made of
 * @param dimensions sizes
 * @param normEpsilon added to the mean square or the variance in every norm, above 0
 * @param positions rotary or learned
 * @param projections which linear layers carry a bias, and whether the head is the embedding
 * @param tokens ids with a role
 */
public record ModelConfig(
        Family family,
        Dimensions dimensions,
        double normEpsilon,
        Positions positions,
        Projections projections,
        ControlTokens tokens) {
    public ModelConfig {
        if (!(normEpsilon > 0) || normEpsilon > 1) {
            throw new IllegalArgumentException(
                    "the norms' epsilon (rms_norm_eps, layer_norm_epsilon) must be above 0 and at most 1, not "
                            + normEpsilon);
        }
        if (positions instanceof Rope && dimensions.attention().headSize() % 2 != 0) {
            throw new IllegalArgumentException("head_dim must be even where positions are rotary, not "
                    + dimensions.attention().headSize());
        }
    }

    /**
     * Variations of the linear layers.
     *
     * @param biased groups whose modules have a bias
     * @param tiedHead whether the output head is the embedding's matrix
     * @param labels names of an encoder's classes in the classifier's order; empty without a classifier
     */
    public record Projections(Set<Group> biased, boolean tiedHead, List<String> labels) {
        public Projections {
            biased = Set.copyOf(biased);
            labels = List.copyOf(labels);
        }

        /** A decoder's. */
        public Projections(Set<Group> biased, boolean tiedHead) {
            this(biased, tiedHead, List.of());
        }
    }

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
        return projections.biased().contains(group);
    }

    /** Shapes of all the model's tensors by name, every matrix (out, in); a tied head's under its own name too. */
    public Map<String, List<Long>> tensors() {
        WeightLayout layout = new WeightLayout(this);
        Map<String, List<Long>> shapes = new LinkedHashMap<>();
        layout.required().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
        layout.head().ifPresent(name -> shapes.put(name, List.of((long) vocabularySize(), (long) hiddenSize())));
        return shapes;
    }

    /** Whether files store a matrix, and PEFT saves it, as (in, out). */
    public boolean transposed(String tensor) {
        return new WeightLayout(this).transposed().contains(tensor);
    }

    /** Names of the classes of an encoder's classifier, in its order; empty without one. */
    public List<String> labels() {
        return projections.labels();
    }

    /** How far back layers look. */
    public Dimensions.Window window() {
        return dimensions.attention().window();
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

    /** Kinds of tokens that an encoder tells apart: 2 where the second text of a pair is marked as such. */
    public int tokenTypes() {
        return switch (positions) {
            case Rope rope -> 0;
            case Positions.Learned learned -> learned.types();
        };
    }

    /** Whether positions are rotary. */
    public boolean rotary() {
        return positions instanceof Rope;
    }

    /**
     * The rotary positions.
     *
     * @throws IllegalStateException if the model has others
     */
    public Rope rope() {
        return switch (positions) {
            case Rope rope -> rope;
            case Positions.Learned learned ->
                throw new IllegalStateException(
                        family.modelType() + " has a table of " + learned.rows() + " positions, not rotary ones");
        };
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
