package dev.lorikeet.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;

/** Reads config.json and generation_config.json as transformers 4 and 5 write them. */
final class ModelConfigReader {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long LARGEST = 10_000_000;

    private ModelConfigReader() {}

    /**
     * Reads a model folder's configuration.
     *
     * @throws UnsupportedModelException if the family or one of its settings is not computed here
     * @throws MalformedFileException if a field is missing or impossible
     */
    static ModelConfig readFolder(Path folder) throws IOException {
        var file = folder.resolve("config.json");
        if (!Files.exists(file)) {
            throw new MalformedFileException(folder, "there is no config.json: not a model folder");
        }
        var config = read(file);
        var generationFile = folder.resolve("generation_config.json");
        var endOfText = new LinkedHashSet<>(config.ids("eos_token_id"));
        if (Files.exists(generationFile)) {
            endOfText.addAll(read(generationFile).ids("eos_token_id"));
        }
        var modelType = config.text("model_type", "");
        var family = Family.ofModelType(modelType)
                .orElseThrow(() -> new UnsupportedModelException(
                        file,
                        (modelType.isEmpty()
                                        ? "it names no model_type"
                                        : "the model_type '" + modelType + "' is unknown")
                                + "; known: " + Family.modelTypes()));
        try {
            return switch (family) {
                case LLAMA -> llama(config, endOfText);
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file, String.valueOf(e.getMessage()), e);
        }
    }

    private static ModelConfig llama(ConfigFields config, Set<Integer> endOfText) throws IOException {
        var activation = config.text("hidden_act", "silu");
        if (!activation.equals("silu") && !activation.equals("swish")) {
            throw new UnsupportedModelException(
                    config.file(), "hidden_act '" + activation + "' is unknown; known: silu");
        }
        if (config.present("quantization_config")) {
            throw new UnsupportedModelException(
                    config.file(), "its weights are quantised (quantization_config); use float weights or a GGUF file");
        }
        int hiddenSize = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        if (heads < 1) {
            throw new MalformedFileException(config.file(), "num_attention_heads must be at least 1, not " + heads);
        }
        if (!config.present("head_dim") && hiddenSize % heads != 0) {
            throw new MalformedFileException(
                    config.file(), "hidden_size " + hiddenSize + " is no multiple of num_attention_heads " + heads);
        }
        var dimensions = new Dimensions(
                config.integer("vocab_size"),
                hiddenSize,
                config.integer("num_hidden_layers"),
                new Dimensions.Attention(
                        heads,
                        config.integer("num_key_value_heads", heads),
                        config.integer("head_dim", hiddenSize / heads)),
                config.integer("intermediate_size"),
                config.integer("max_position_embeddings", 2048));
        return new ModelConfig(
                Family.LLAMA,
                dimensions,
                config.number("rms_norm_eps", 1e-6),
                rope(config),
                new ModelConfig.Projections(
                        config.flag("attention_bias", false),
                        config.flag("mlp_bias", false),
                        config.flag("tie_word_embeddings", false)),
                new ModelConfig.ControlTokens(config.integer("bos_token_id", -1), endOfText));
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

    private static ConfigFields read(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new MalformedFileException(file, "it is larger than " + LARGEST + " bytes");
        }
        try {
            var node = MAPPER.readTree(file.toFile());
            if (!node.isObject()) {
                throw new MalformedFileException(file, "it is not a JSON object");
            }
            return new ConfigFields(file, node);
        } catch (JsonProcessingException e) {
            throw new MalformedFileException(file, "not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
