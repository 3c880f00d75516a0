package dev.lorikeet.engine.model;

import java.util.ArrayList;
import java.util.List;

/**
 * One linear layer of a model that adapters may target.
 *
 * @param path its name in the reference implementation, {@code model.layers.3.self_attn.q_proj}
 * @param layer its block, or -1 for the head
 * @param projection its kind
 * @param inputs width of what goes in
 * @param outputs width of what comes out
 */
public record LinearModule(String path, int layer, Projection projection, int inputs, int outputs) {
    /** All of a model's, in order of computation, the head last. */
    public static List<LinearModule> of(ModelConfig config) {
        List<LinearModule> modules = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            for (Projection projection : Projection.values()) {
                if (projection != Projection.HEAD) {
                    modules.add(new LinearModule(
                            "model.layers." + layer + "." + projection.path(),
                            layer,
                            projection,
                            inputs(config, projection),
                            outputs(config, projection)));
                }
            }
        }
        modules.add(new LinearModule(
                Projection.HEAD.path(), -1, Projection.HEAD, config.hiddenSize(), config.vocabularySize()));
        return List.copyOf(modules);
    }

    private static int inputs(ModelConfig config, Projection projection) {
        return switch (projection) {
            case Q, K, V, GATE, UP, HEAD -> config.hiddenSize();
            case O -> config.heads() * config.headSize();
            case DOWN -> config.intermediateSize();
        };
    }

    private static int outputs(ModelConfig config, Projection projection) {
        return switch (projection) {
            case Q -> config.heads() * config.headSize();
            case K, V -> config.keyValueHeads() * config.headSize();
            case O, DOWN -> config.hiddenSize();
            case GATE, UP -> config.intermediateSize();
            case HEAD -> config.vocabularySize();
        };
    }
}
