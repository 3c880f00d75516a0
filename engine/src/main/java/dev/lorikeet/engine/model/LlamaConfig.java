package dev.lorikeet.engine.model;

import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The config.json of Llama and the families that share its fields: Qwen2, Qwen3, Mistral. */
final class LlamaConfig {
    private static final int QWEN3_HEAD_SIZE = 128;

    private LlamaConfig() {}

    static ModelConfig read(Family family, ConfigFields config, Set<Integer> endOfText) throws IOException {
        config.requireOneOf("hidden_act", "silu", Set.of("silu", "swish"));
        var dimensions = new Dimensions(
                config.integer("vocab_size"),
                config.integer("hidden_size"),
                config.integer("num_hidden_layers"),
                attention(family, config),
                config.integer("intermediate_size"),
                config.integer("max_position_embeddings", contextLength(family)));
        return new ModelConfig(
                family,
                dimensions,
                config.number("rms_norm_eps", 1e-6),
                rope(config),
                new ModelConfig.Projections(biased(family, config), config.flag("tie_word_embeddings", false)),
                new ModelConfig.ControlTokens(config.integer("bos_token_id", -1), endOfText));
    }

    private static Dimensions.Attention attention(Family family, ConfigFields config) throws IOException {
        int hiddenSize = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        if (heads < 1) {
            throw new MalformedFileException(config.file(), "num_attention_heads must be at least 1, not " + heads);
        }
        int headSize;
        if (config.present("head_dim")) {
            headSize = config.integer("head_dim");
        } else if (family == Family.QWEN3) {
            headSize = QWEN3_HEAD_SIZE;
        } else if (hiddenSize % heads == 0) {
            headSize = hiddenSize / heads;
        } else {
            throw new MalformedFileException(
                    config.file(), "hidden_size " + hiddenSize + " is no multiple of num_attention_heads " + heads);
        }
        // Only Llama's absent means as many as heads; the others have numbers of their own, which files always state.
        int keyValueHeads = family == Family.LLAMA || config.node().has("num_key_value_heads")
                ? config.integer("num_key_value_heads", heads)
                : config.integer("num_key_value_heads");
        return new Dimensions.Attention(heads, keyValueHeads, headSize, window(family, config));
    }

    private static int contextLength(Family family) {
        return switch (family) {
            case QWEN2, QWEN3 -> 32_768;
            case MISTRAL -> 131_072;
            case LLAMA, GPT2, BERT, ROBERTA -> 2048;
        };
    }

    private static Set<Group> biased(Family family, ConfigFields config) throws IOException {
        Set<Group> biased = EnumSet.noneOf(Group.class);
        switch (family) {
            case QWEN2 -> biased.add(Group.ATTENTION_IN);
            case LLAMA, QWEN3 -> {
                if (config.flag("attention_bias", false)) {
                    biased.addAll(List.of(Group.ATTENTION_IN, Group.ATTENTION_OUT));
                }
                if (family == Family.LLAMA && config.flag("mlp_bias", false)) {
                    biased.addAll(List.of(Group.FEED_FORWARD_IN, Group.FEED_FORWARD_OUT));
                }
            }
            case MISTRAL, GPT2, BERT, ROBERTA -> {}
        }
        return biased;
    }

    /** Qwen's windows begin at a layer and must be switched on; layer_types says the same layer by layer. */
    private static Dimensions.Window window(Family family, ConfigFields config) throws IOException {
        boolean windowed = family == Family.MISTRAL || config.flag("use_sliding_window", false);
        if (family == Family.LLAMA || !windowed || !config.present("sliding_window")) {
            return Dimensions.Window.NONE;
        }
        int length = config.integer("sliding_window");
        if (length < 1) {
            throw new MalformedFileException(config.file(), "sliding_window must be at least 1, not " + length);
        }
        int layers = config.integer("num_hidden_layers");
        int first = family == Family.MISTRAL ? 0 : config.integer("max_window_layers", 28);
        if (config.present("layer_types")) {
            List<String> types = config.texts("layer_types");
            first = types.contains("sliding_attention") ? types.indexOf("sliding_attention") : layers;
            for (int layer = 0; layer < types.size(); layer++) {
                if (!types.get(layer).equals(layer < first ? "full_attention" : "sliding_attention")) {
                    throw new UnsupportedModelException(
                            config.file(), "layer_types that mix windows otherwise than from one layer on: " + types);
                }
            }
        }
        return first >= layers ? Dimensions.Window.NONE : new Dimensions.Window(length, first);
    }

    /** transformers 5 writes rope_parameters; 4 wrote rope_theta and rope_scaling, whose kind was once called type. */
    private static Rope rope(ConfigFields config) throws IOException {
        double defaultTheta = config.number("rope_theta", 10_000);
        ConfigFields parameters;
        if (config.present("rope_parameters")) {
            parameters = config.object("rope_parameters");
        } else if (config.present("rope_scaling")) {
            parameters = config.object("rope_scaling");
        } else {
            return new Rope(defaultTheta, new RopeScaling.None());
        }
        double theta = parameters.number("rope_theta", defaultTheta);
        double partial = parameters.number("partial_rotary_factor", config.number("partial_rotary_factor", 1));
        if (partial != 1) {
            throw new UnsupportedModelException(config.file(), "partial_rotary_factor " + partial + " is not computed");
        }
        var type = parameters.text("rope_type", parameters.text("type", "default"));
        var scaling = switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(parameters.number("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        parameters.number("factor"),
                        parameters.number("low_freq_factor"),
                        parameters.number("high_freq_factor"),
                        parameters.integer("original_max_position_embeddings"));
            default ->
                throw new UnsupportedModelException(
                        config.file(), "rope type '" + type + "' is unknown; known: default, linear, llama3");
        };
        return new Rope(theta, scaling);
    }
}
