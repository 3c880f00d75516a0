package dev.lorikeet.engine.model;

import dev.lorikeet.engine.script.ScriptSource;
import java.util.List;
import java.util.Map;

/**
 * A family of transformers as a description: what its blocks are made of and what its files call their tensors. Names
 * are those of the reference implementation, without {@code .weight} and {@code .bias}.
 *
 * @param layers what the path of a layer begins with, before its number
 * @param embedding the token embedding
 * @param linear of each group its modules' paths in order, inside a layer; of the head the whole path
 * @param norms paths of the norms
 */
public record Blueprint(String layers, String embedding, Map<Group, List<String>> linear, Norms norms) {
    /**
     * Norms.
     *
     * @param attention before the attention, inside a layer
     * @param feedForward before the feed-forward, inside a layer
     * @param last behind the last layer
     */
    public record Norms(String attention, String feedForward, String last) {}

    static final Blueprint LLAMA = new Blueprint(
            "model.layers.",
            "model.embed_tokens",
            Map.of(
                    Group.ATTENTION_IN, List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                    Group.ATTENTION_OUT, List.of("self_attn.o_proj"),
                    Group.FEED_FORWARD_IN, List.of("mlp.gate_proj", "mlp.up_proj"),
                    Group.FEED_FORWARD_OUT, List.of("mlp.down_proj"),
                    Group.HEAD, List.of("lm_head")),
            new Norms("input_layernorm", "post_attention_layernorm", "model.norm"));

    public Blueprint {
        linear = Map.copyOf(linear);
        for (Group group : Group.values()) {
            if (!linear.containsKey(group)) {
                throw new IllegalArgumentException("no modules for " + group);
            }
        }
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
