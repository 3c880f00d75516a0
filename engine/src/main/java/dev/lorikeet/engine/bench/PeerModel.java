package dev.lorikeet.engine.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.model.Family;
import dev.lorikeet.engine.model.Group;
import dev.lorikeet.engine.model.ModelConfig;
import dev.lorikeet.engine.model.ModelFiles;
import dev.lorikeet.engine.model.RopeScaling;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import dev.lorikeet.engine.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a model's configuration and dequantised weights as a Hugging Face folder, so that transformers can load it. */
public final class PeerModel {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PeerModel() {}

    /**
     * Writes config.json and model.safetensors; the tokenizer is left out.
     *
     * @throws IOException if the folder cannot be written
     * @throws IllegalArgumentException if the model's positions have no form in config.json
     */
    public static void write(ModelFiles model, Path folder) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsString(config(model.config())));
        TensorStore store = model.weights();
        List<StoredTensor> tensors = new ArrayList<>();
        for (TensorInfo info : store.tensors()) {
            if (info.dtype().floating() && !info.name().startsWith("rope")) {
                tensors.add(
                        info.dtype() == DType.F32 || info.dtype() == DType.BF16 || info.dtype() == DType.F16
                                ? new StoredTensor(info, store.bytes(info.name()))
                                : StoredTensor.of(info.name(), info.shape(), store.floats(info.name())));
            }
        }
        SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"));
    }

    private static ObjectNode config(ModelConfig model) {
        if (model.family() != Family.LLAMA) {
            throw new IllegalArgumentException("only a llama model can be written for the peer, not "
                    + model.family().modelType());
        }
        ObjectNode config = JSON.createObjectNode();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("model_type", "llama");
        config.put("vocab_size", model.vocabularySize());
        config.put("hidden_size", model.hiddenSize());
        config.put("num_hidden_layers", model.layers());
        config.put("num_attention_heads", model.heads());
        config.put("num_key_value_heads", model.keyValueHeads());
        config.put("head_dim", model.headSize());
        config.put("intermediate_size", model.intermediateSize());
        config.put("max_position_embeddings", model.contextLength());
        config.put("rms_norm_eps", model.normEpsilon());
        config.put("rope_theta", model.rope().theta());
        config.put("hidden_act", "silu");
        config.put("attention_bias", model.biased(Group.ATTENTION_OUT));
        config.put("mlp_bias", model.biased(Group.FEED_FORWARD_OUT));
        config.put("tie_word_embeddings", model.tiedHead());
        config.put("dtype", "float32");
        ArrayNode ends = config.putArray("eos_token_id");
        model.endOfText().stream().sorted().forEach(ends::add);
        switch (model.rope().scaling()) {
            case RopeScaling.None() -> {}
            case RopeScaling.Linear(double factor) ->
                config.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
            case RopeScaling.Llama3 llama ->
                config.putObject("rope_scaling")
                        .put("rope_type", "llama3")
                        .put("factor", llama.factor())
                        .put("low_freq_factor", llama.lowFrequencyFactor())
                        .put("high_freq_factor", llama.highFrequencyFactor())
                        .put("original_max_position_embeddings", llama.originalContextLength());
            case RopeScaling.Divisors divisors ->
                throw new IllegalArgumentException("positions with "
                        + divisors.divisors().size() + " divisors of their own cannot be written as config.json");
        }
        return config;
    }
}
