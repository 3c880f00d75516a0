package dev.lorikeet.engine.model;

import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.util.Set;

/** GPT-2's config.json. */
final class Gpt2Config {
    private Gpt2Config() {}

    static ModelConfig read(ConfigFields config, Set<Integer> endOfText) throws IOException {
        config.requireOneOf("activation_function", "gelu_new", Set.of("gelu_new", "gelu_pytorch_tanh"));
        config.requireFlag("scale_attn_weights", true);
        config.requireFlag("scale_attn_by_inverse_layer_idx", false);
        config.requireFlag("add_cross_attention", false);
        int hiddenSize = config.integer("n_embd");
        int heads = config.integer("n_head");
        if (heads < 1 || hiddenSize % heads != 0) {
            throw new MalformedFileException(
                    config.file(), "n_embd " + hiddenSize + " is no multiple of n_head " + heads);
        }
        return new ModelConfig(
                Family.GPT2,
                new Dimensions(
                        config.integer("vocab_size"),
                        hiddenSize,
                        config.integer("n_layer"),
                        new Dimensions.Attention(heads, heads, hiddenSize / heads),
                        config.integer("n_inner", Math.multiplyExact(4, hiddenSize)),
                        config.integer("n_positions", 1024)),
                config.number("layer_norm_epsilon", 1e-5),
                new Positions.Learned(config.integer("n_positions", 1024), 0, 0),
                new ModelConfig.Projections(Set.copyOf(Group.OF_A_LAYER), config.flag("tie_word_embeddings", true)),
                new ModelConfig.ControlTokens(config.integer("bos_token_id", -1), endOfText));
    }
}
