package dev.lorikeet.engine.model;

import dev.lorikeet.engine.script.ScriptSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A family of transformers as a description: what its blocks are made of and what its files call their tensors. Names
 * are those of the reference implementation, without {@code .weight} and {@code .bias}. The mathematics is shared
 * (blocks.py); {@link Blueprints} holds the descriptions.
 *
 * @param layers what the path of a layer begins with, before its number
 * @param embeddings what a token's vector is made of
 * @param linear of each group its modules' paths in order, inside a layer; of the head the whole path, none in an encoder
 * @param norms kind and paths of the norms
 * @param style what the blocks compute
 */
public record Blueprint(
        String layers, Embeddings embeddings, Map<Group, List<String>> linear, Norms norms, Style style) {
    /**
     * Tables whose rows are added up before the first layer.
     *
     * @param tokens a row for each token
     * @param positions a row for each position, or null where positions are rotary
     * @param types a row for each kind of token (first or second text of a pair), or null without kinds
     */
    public record Embeddings(
            String tokens,
            @Nullable String positions,
            @Nullable String types) {}

    /** How a norm is computed. */
    public enum NormKind {
        /** Divided by the root of the mean square, with a weight. */
        ROOT_MEAN_SQUARE,
        /** Mean subtracted, divided by the standard deviation, with a weight and a bias. */
        LAYER
    }

    /**
     * Norms.
     *
     * @param kind of all of them
     * @param attention before the attention, inside a layer; an encoder's behind it
     * @param feedForward before the feed-forward, inside a layer; an encoder's behind it
     * @param last behind the last layer; an encoder's behind the embeddings
     * @param queries of each query head before its rotation, inside a layer, or null
     * @param keys of each key head, or null
     */
    public record Norms(
            NormKind kind,
            String attention,
            String feedForward,
            String last,
            @Nullable String queries,
            @Nullable String keys) {}

    /** The non-linearity of the feed-forward. */
    public enum Activation {
        /** x * sigmoid(x). */
        SILU,
        /** GELU by its tanh approximation. */
        GELU_TANH,
        /** x times the normal distribution's share below x. */
        GELU
    }

    /**
     * What the blocks compute.
     *
     * @param activation of the feed-forward
     * @param gated whether one module's activation multiplies another's output (gate, up)
     * @param transposed whether files store the layers' matrices as (in, out), as Conv1D does
     * @param classifier of an encoder the linear layers over its first token, or null for a decoder
     */
    public record Style(
            Activation activation,
            boolean gated,
            boolean transposed,
            @Nullable Classifier classifier) {}

    /**
     * A classifier over whole texts: out(tanh(dense(first token))). Whole paths.
     *
     * @param dense (hidden, hidden)
     * @param out (labels, hidden)
     */
    public record Classifier(String dense, String out) {
        /** Weight and bias of the first layer, weight and bias of the last. */
        public List<String> tensors() {
            return List.of(dense + ".weight", dense + ".bias", out + ".weight", out + ".bias");
        }
    }

    public Blueprint {
        linear = Map.copyOf(linear);
        for (Group group : Group.values()) {
            if (!linear.containsKey(group)) {
                throw new IllegalArgumentException("no modules for " + group);
            }
        }
    }

    /** Whether it reads whole texts: every token sees every other, norms stand behind the blocks, nothing follows. */
    public boolean encoder() {
        return style.classifier() != null;
    }

    /** The tensors of an encoder's classifier, as {@link Classifier#tensors}; empty for a decoder. */
    public List<String> classifier() {
        return style.classifier() == null ? List.of() : style.classifier().tensors();
    }

    /** The token embedding's path. */
    public String embedding() {
        return embeddings.tokens();
    }

    /** What the paths of all tensors but the head's begin with: {@code model.}; files of a bare model leave it out. */
    String root() {
        return layers.substring(0, layers.indexOf('.') + 1);
    }

    /** Paths of a group's modules in order. */
    public List<String> modules(Group group) {
        return linear.getOrDefault(group, List.of());
    }

    /** Linear modules of a group in one layer (of the head: in all). */
    public int count(Group group) {
        return modules(group).size();
    }

    /** Linear modules in one layer. */
    public int modulesPerLayer() {
        return Group.OF_A_LAYER.stream().mapToInt(this::count).sum();
    }

    /** Linear modules of one layer that stand before a group's. */
    public int first(Group group) {
        return Group.OF_A_LAYER.stream()
                .filter(other -> other.compareTo(group) < 0)
                .mapToInt(this::count)
                .sum();
    }

    /** Where a block's module stands among the modules of all layers, in order of computation. */
    public int position(LinearModule module) {
        return module.layer() * modulesPerLayer() + first(module.group()) + module.place();
    }

    /**
     * A script with the constants {@code modules}, the linear modules of one layer, and {@code modules_0 ... modules_4},
     * how many of them stand in each {@link Group} in its order.
     */
    public ScriptSource counted(ScriptSource source) {
        ScriptSource counted = source.constant("modules", modulesPerLayer());
        for (Group group : Group.values()) {
            counted = counted.constant("modules_" + group.number(), count(group));
        }
        return counted;
    }

    /** The path of a layer with a dot behind: {@code model.layers.3.}. */
    public String layer(int number) {
        return layers + number + ".";
    }

    /** Paths of a group's modules in one layer; of the head in the whole model. */
    public List<String> paths(int layer, Group group) {
        return group == Group.HEAD
                ? modules(group)
                : modules(group).stream().map(name -> layer(layer) + name).toList();
    }
}
