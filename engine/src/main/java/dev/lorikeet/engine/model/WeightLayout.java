package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

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

    private Blueprint.Norms norms() {
        return blueprint().norms();
    }

    String embedding() {
        return blueprint().embedding() + WEIGHT;
    }

    /** The table of learned positions. */
    Optional<String> positions() {
        return Optional.ofNullable(blueprint().embeddings().positions()).map(path -> path + WEIGHT);
    }

    /** The table of token kinds. */
    Optional<String> types() {
        return Optional.ofNullable(blueprint().embeddings().types()).map(path -> path + WEIGHT);
    }

    /** Paths of the norms of one layer's blocks. */
    String attentionNorm(int layer) {
        return blueprint().layer(layer) + norms().attention();
    }

    String feedForwardNorm(int layer) {
        return blueprint().layer(layer) + norms().feedForward();
    }

    String lastNorm() {
        return norms().last();
    }

    /** A norm's weight by its path. */
    static String weight(String path) {
        return path + WEIGHT;
    }

    static String bias(String path) {
        return path + BIAS;
    }

    /** Whether norms have a bias. */
    boolean normsBiased() {
        return switch (norms().kind()) {
            case ROOT_MEAN_SQUARE -> false;
            case LAYER -> true;
        };
    }

    /** Weights of the norms of one layer's query and key heads, a name a head in their order; empty without them. */
    List<String> headNorms(int layer) {
        List<String> names = new ArrayList<>();
        if (norms().queries() != null && norms().keys() != null) {
            String prefix = blueprint().layer(layer);
            names.addAll(Collections.nCopies(config.heads(), prefix + norms().queries() + WEIGHT));
            names.addAll(Collections.nCopies(config.keyValueHeads(), prefix + norms().keys() + WEIGHT));
        }
        return names;
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

    /** The head's own tensor; a model with a tied head lacks it, an encoder has no head. */
    Optional<String> head() {
        return blueprint().modules(Group.HEAD).stream().findFirst().map(path -> path + WEIGHT);
    }

    /** What the files hold outside of the model's root. */
    List<String> outside() {
        List<String> names = new ArrayList<>(blueprint().classifier());
        names.removeIf(name -> name.startsWith(blueprint().root()));
        head().ifPresent(names::add);
        return names;
    }

    /** Matrices that the files store as (in, out). */
    Set<String> transposed() {
        Set<String> names = new HashSet<>();
        if (blueprint().style().transposed()) {
            for (int layer = 0; layer < config.layers(); layer++) {
                for (Group group : Group.OF_A_LAYER) {
                    names.addAll(matrices(layer, group));
                }
            }
        }
        return names;
    }

    /** A tensor that a model of this configuration must have. */
    record Required(String name, List<Long> shape) {}

    List<Required> required() {
        List<Required> all = new ArrayList<>();
        long hidden = config.hiddenSize();
        all.add(new Required(embedding(), List.of((long) config.vocabularySize(), hidden)));
        if (config.positions() instanceof Positions.Learned learned) {
            positions().ifPresent(name -> all.add(new Required(name, List.of((long) learned.rows(), hidden))));
            types().ifPresent(name -> all.add(new Required(name, List.of((long) learned.types(), hidden))));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            requireNorm(all, attentionNorm(layer));
            requireNorm(all, feedForwardNorm(layer));
            for (String name : new LinkedHashSet<>(headNorms(layer))) {
                all.add(new Required(name, List.of((long) config.headSize())));
            }
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
        requireNorm(all, lastNorm());
        if (!config.tiedHead()) {
            head().ifPresent(name -> all.add(new Required(name, List.of((long) config.vocabularySize(), hidden))));
        }
        if (!config.labels().isEmpty()) {
            List<String> names = blueprint().classifier();
            long labels = config.labels().size();
            all.add(new Required(names.get(0), List.of(hidden, hidden)));
            all.add(new Required(names.get(1), List.of(hidden)));
            all.add(new Required(names.get(2), List.of(labels, hidden)));
            all.add(new Required(names.get(3), List.of(labels)));
        }
        return all;
    }

    private void requireNorm(List<Required> all, String path) {
        all.add(new Required(weight(path), List.of((long) config.hiddenSize())));
        if (normsBiased()) {
            all.add(new Required(bias(path), List.of((long) config.hiddenSize())));
        }
    }
}
