package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One linear layer of a model that adapters may target.
 *
 * @param path its name in the reference implementation, {@code model.layers.3.self_attn.q_proj}
 * @param layer its block, or -1 for the head
 * @param group where it stands
 * @param place its position in the group, from 0: of q, k and v that is 0, 1 and 2
 * @param inputs width of what goes in
 * @param outputs width of what comes out
 */
public record LinearModule(String path, int layer, Group group, int place, int inputs, int outputs) {
    /** All of a model's, in order of computation, the head last. */
    public static List<LinearModule> of(ModelConfig config) {
        List<LinearModule> modules = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (Group group : Group.OF_A_LAYER) {
                add(modules, config, layer, group);
            }
        }
        add(modules, config, -1, Group.HEAD);
        return List.copyOf(modules);
    }

    /**
     * The layers of an encoder's classifier, in order: not among {@link #of}, since they read one token of a text and no
     * bank computes them. The last is missing where the model has no labels; a decoder has none.
     */
    public static List<LinearModule> ofClassifier(ModelConfig config) {
        List<LinearModule> modules = new ArrayList<>();
        Blueprint.Classifier classifier = config.blueprint().style().classifier();
        if (classifier != null) {
            int hidden = config.hiddenSize();
            modules.add(new LinearModule(classifier.dense(), -1, Group.HEAD, 0, hidden, hidden));
            if (!config.labels().isEmpty()) {
                modules.add(new LinearModule(
                        classifier.out(),
                        -1,
                        Group.HEAD,
                        1,
                        hidden,
                        config.labels().size()));
            }
        }
        return modules;
    }

    private static void add(List<LinearModule> modules, ModelConfig config, int layer, Group group) {
        List<String> paths = config.blueprint().paths(layer, group);
        for (int place = 0; place < paths.size(); place++) {
            modules.add(new LinearModule(
                    paths.get(place),
                    layer,
                    group,
                    place,
                    inputs(config, group),
                    outputs(config, group, place, paths.size())));
        }
    }

    /**
     * For methods that are trained on the layers of blocks alone.
     *
     * @param method its name
     * @throws IllegalArgumentException if this is the head
     */
    public void requireOfBlock(String method) {
        if (group == Group.HEAD) {
            throw new IllegalArgumentException("training of " + method + " on the head (" + path
                    + ") is not supported: target linear layers of the blocks");
        }
    }

    /** Width of what the modules of a group read. */
    public static int inputs(ModelConfig config, Group group) {
        return switch (group) {
            case ATTENTION_IN, FEED_FORWARD_IN, HEAD -> config.hiddenSize();
            case ATTENTION_OUT -> config.heads() * config.headSize();
            case FEED_FORWARD_OUT -> config.intermediateSize();
        };
    }

    private static int outputs(ModelConfig config, Group group, int place, int count) {
        return switch (group) {
            case ATTENTION_IN -> {
                int queries = config.heads() * config.headSize();
                int keys = config.keyValueHeads() * config.headSize();
                if (count == 1) {
                    yield queries + 2 * keys;
                }
                yield place == 0 ? queries : keys;
            }
            case ATTENTION_OUT, FEED_FORWARD_OUT -> config.hiddenSize();
            case FEED_FORWARD_IN -> config.intermediateSize();
            case HEAD -> config.vocabularySize();
        };
    }
}
