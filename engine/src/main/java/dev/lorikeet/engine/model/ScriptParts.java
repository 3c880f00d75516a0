package dev.lorikeet.engine.model;

import dev.lorikeet.engine.script.ScriptSource;
import java.util.ArrayList;
import java.util.List;

/** Puts a model's script together: shared blocks, its constants, the attributes that hold its weights. */
public final class ScriptParts {
    private static final List<String> LISTS = List.of(
            "norm1",
            "norm1_bias",
            "norm2",
            "norm2_bias",
            "head_norm",
            "attention_in",
            "attention_in_bias",
            "attention_out",
            "attention_out_bias",
            "forward_in",
            "forward_in_bias",
            "forward_out",
            "forward_out_bias",
            "top");

    private ScriptParts() {}

    /** What brings weights to the device. */
    static ScriptSource weights(LoadOptions options) {
        return PackedWeights.source(options.quantisation())
                .and(ScriptParts.class, "weights.py")
                .constant("scalar", options.precision().scalarType())
                .constant("packed", !options.device().isGpu());
    }

    /**
     * A script with what follows from a model's family and shape. Constants: heads, groups (key/value heads), size (of a
     * head); modules, modules_0 ... modules_4 ({@link Blueprint#counted}); mean_square, epsilon, head_norms (the norms);
     * rotary; window (0: none) and window_from (its first layer); gated_forward and tanh_forward (the feed-forward).
     * Methods: those of gelu.py.
     */
    public static ScriptSource family(ScriptSource source, ModelConfig config) {
        Blueprint.Style style = config.blueprint().style();
        Blueprint.Norms norms = config.blueprint().norms();
        return config.blueprint()
                .counted(source)
                .and(ScriptParts.class, "gelu.py")
                .constant("heads", config.heads())
                .constant("groups", config.keyValueHeads())
                .constant("size", config.headSize())
                .constant("mean_square", norms.kind() == Blueprint.NormKind.ROOT_MEAN_SQUARE)
                .constant("epsilon", config.normEpsilon())
                .constant("head_norms", norms.queries() != null)
                .constant("rotary", config.rotary())
                .constant("window", config.window().length())
                .constant("window_from", config.window().firstLayer())
                .constant("gated_forward", style.gated())
                .constant("tanh_forward", style.activation() == Blueprint.Activation.GELU_TANH);
    }

    /**
     * A model's blocks, with methods of the caller's own. Constants: those of {@link #family}; layers, vocabulary, hidden, scalar
     * (the weights' type), packed (weights.py), looked_up (blocks.py), biased_0 ... biased_3, a group each.
     */
    static ScriptSource model(LoadOptions options, ModelConfig config, boolean lookedUp, ScriptSource own) {
        ScriptSource source = family(weights(options), config)
                .and(ScriptParts.class, "blocks.py")
                .and(own)
                .constant("layers", config.layers())
                .constant("vocabulary", config.vocabularySize())
                .constant("looked_up", lookedUp)
                .constant("hidden", config.hiddenSize());
        for (Group group : Group.OF_A_LAYER) {
            source = source.constant("biased_" + group.number(), config.biased(group));
        }
        for (String list : LISTS) {
            source = source.tensorList(list);
        }
        return source.and(new ScriptSource(List.of(bind()), java.util.Map.of(), java.util.Map.of()));
    }

    private static String bind() {
        List<String> parameters = new ArrayList<>(List.of("self"));
        StringBuilder body = new StringBuilder();
        for (String list : LISTS) {
            parameters.add(list + ": List[Tensor]");
            body.append("    self.").append(list).append(" = ").append(list).append('\n');
        }
        return "def bind(" + String.join(", ", parameters) + ") -> Tensor:\n" + body + "    return top[0]\n";
    }
}
