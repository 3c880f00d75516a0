package dev.lorikeet.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;

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
        if (config.present("quantization_config")) {
            throw new UnsupportedModelException(
                    file, "its weights are quantised (quantization_config); use float weights or a GGUF file");
        }
        try {
            return switch (family) {
                case LLAMA, QWEN2, QWEN3, MISTRAL -> LlamaConfig.read(family, config, endOfText);
                case GPT2 -> Gpt2Config.read(config, endOfText);
                case BERT, ROBERTA -> BertConfig.read(family, config, endOfText);
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file, String.valueOf(e.getMessage()), e);
        }
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
