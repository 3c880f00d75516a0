package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Names and shapes of a model's tensors.
 *
 * @param config the model
 */
record WeightLayout(ModelConfig config) {
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private Blueprint blueprint() {
        return config.blueprint();
    }

    String embedding() {
        return blueprint().embedding() + WEIGHT;
    }

    String attentionNorm(int layer) {
        return blueprint().layer(layer) + blueprint().norms().attention() + WEIGHT;
    }

    String feedForwardNorm(int layer) {
        return blueprint().layer(layer) + blueprint().norms().feedForward() + WEIGHT;
    }

    String lastNorm() {
        return blueprint().norms().last() + WEIGHT;
    }

    /** Matrices of a group, multiplied as one: stacked by rows in this order. */
    List<String> matrices(int layer, Group group) {
        return blueprint().paths(layer, group).stream()
                .map(path -> path + WEIGHT)
                .toList();
    }

    List<String> biases(int layer, Group group) {
        return blueprint().paths(layer, group).stream().map(path -> path + BIAS).toList();
    }

    /** The head's own tensor; a model with a tied head lacks it. */
    String head() {
        return blueprint().modules(Group.HEAD).getFirst() + WEIGHT;
    }

    /** A tensor that a model of this configuration must have. */
    record Required(String name, List<Long> shape) {}

    List<Required> required() {
        List<Required> all = new ArrayList<>();
        long hidden = config.hiddenSize();
        all.add(new Required(embedding(), List.of((long) config.vocabularySize(), hidden)));
        for (int layer = 0; layer < config.layers(); layer++) {
            all.add(new Required(attentionNorm(layer), List.of(hidden)));
            all.add(new Required(feedForwardNorm(layer), List.of(hidden)));
        }
        for (LinearModule module : LinearModule.of(config)) {
            if (module.group() == Group.HEAD) {
                continue;
            }
            all.add(new Required(module.path() + WEIGHT, List.of((long) module.outputs(), (long) module.inputs())));
            if (config.biased(module.group())) {
                all.add(new Required(module.path() + BIAS, List.of((long) module.outputs())));
            }
        }
        all.add(new Required(lastNorm(), List.of(hidden)));
        if (!config.tiedHead()) {
            all.add(new Required(head(), List.of((long) config.vocabularySize(), hidden)));
        }
        return all;
    }
}
