package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Names and shapes of a family's tensors, and which of them are multiplied as one matrix.
 *
 * @param config the model
 */
record WeightLayout(ModelConfig config) {
    static final String EMBEDDING = "model.embed_tokens.weight";
    static final String FINAL_NORM = "model.norm.weight";
    static final String HEAD = "lm_head.weight";

    /** Matrices that read the same input, stacked by rows in this order. */
    enum Group {
        ATTENTION_IN,
        ATTENTION_OUT,
        FEED_FORWARD_IN,
        FEED_FORWARD_OUT;

        List<Projection> projections() {
            return switch (this) {
                case ATTENTION_IN -> List.of(Projection.Q, Projection.K, Projection.V);
                case ATTENTION_OUT -> List.of(Projection.O);
                case FEED_FORWARD_IN -> List.of(Projection.GATE, Projection.UP);
                case FEED_FORWARD_OUT -> List.of(Projection.DOWN);
            };
        }
    }

    static String layer(int layer) {
        return "model.layers." + layer + ".";
    }

    static String inputNorm(int layer) {
        return layer(layer) + "input_layernorm.weight";
    }

    static String middleNorm(int layer) {
        return layer(layer) + "post_attention_layernorm.weight";
    }

    List<String> matrices(int layer, Group group) {
        return group.projections().stream()
                .map(projection -> layer(layer) + projection.path() + ".weight")
                .toList();
    }

    List<String> biases(int layer, Group group) {
        return group.projections().stream()
                .map(projection -> layer(layer) + projection.path() + ".bias")
                .toList();
    }

    boolean biased(Group group) {
        return switch (group) {
            case ATTENTION_IN, ATTENTION_OUT -> config.attentionBias();
            case FEED_FORWARD_IN, FEED_FORWARD_OUT -> config.feedForwardBias();
        };
    }

    /** The tensor that the head multiplies with: the embedding's if they are tied. */
    String head() {
        return config.tiedHead() ? EMBEDDING : HEAD;
    }

    /** A tensor that a model of this configuration must have. */
    record Required(String name, List<Long> shape) {}

    List<Required> required() {
        List<Required> all = new ArrayList<>();
        long hidden = config.hiddenSize();
        all.add(new Required(EMBEDDING, List.of((long) config.vocabularySize(), hidden)));
        for (int layer = 0; layer < config.layers(); layer++) {
            all.add(new Required(inputNorm(layer), List.of(hidden)));
            all.add(new Required(middleNorm(layer), List.of(hidden)));
        }
        for (LinearModule module : LinearModule.of(config)) {
            if (module.projection() == Projection.HEAD) {
                continue;
            }
            all.add(new Required(module.path() + ".weight", List.of((long) module.outputs(), (long) module.inputs())));
            if (biased(group(module.projection()))) {
                all.add(new Required(module.path() + ".bias", List.of((long) module.outputs())));
            }
        }
        all.add(new Required(FINAL_NORM, List.of(hidden)));
        if (!config.tiedHead()) {
            all.add(new Required(HEAD, List.of((long) config.vocabularySize(), hidden)));
        }
        return all;
    }

    private static Group group(Projection projection) {
        for (Group group : Group.values()) {
            if (group.projections().contains(projection)) {
                return group;
            }
        }
        throw new IllegalStateException("no group holds " + projection);
    }
}
