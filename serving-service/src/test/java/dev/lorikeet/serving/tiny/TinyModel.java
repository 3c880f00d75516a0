package dev.lorikeet.serving.tiny;

import ai.djl.Device;
import dev.lorikeet.engine.model.BaseModel;
import dev.lorikeet.engine.model.LoadOptions;
import dev.lorikeet.engine.model.Precision;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A Llama of two layers with random weights: it writes nonsense, the same nonsense every time. */
public final class TinyModel {
    public static final String NAME = "tiny";
    static final int LAYERS = 2;
    static final int HIDDEN = 32;
    static final int KEY_VALUE = 16;
    static final int INTERMEDIATE = 64;
    static final int VOCABULARY = 384;
    public static final int CONTEXT = 256;

    private static final List<String> FILES =
            List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json");

    private TinyModel() {}

    /** Writes the model into a folder. */
    public static Path write(Path folder) {
        try {
            Files.createDirectories(folder);
            for (String file : FILES) {
                try (InputStream stream = TinyModel.class.getResourceAsStream("/tiny-model/" + file)) {
                    if (stream == null) {
                        throw new IllegalStateException("no resource " + file);
                    }
                    Files.write(folder.resolve(file), stream.readAllBytes());
                }
            }
            Files.writeString(
                    folder.resolve("config.json"), """
                    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
                     "hidden_size": %d, "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": 4,
                     "num_key_value_heads": 2, "head_dim": 8, "vocab_size": %d, "max_position_embeddings": %d,
                     "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": false,
                     "attention_bias": false, "mlp_bias": false, "bos_token_id": 1, "eos_token_id": 2}
                    """.formatted(HIDDEN, INTERMEDIATE, LAYERS, VOCABULARY, CONTEXT));
            SafetensorsWriter.write(folder.resolve("model.safetensors"), weights(new Random(11)), Map.of());
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads the model from a folder, in float32 on one thread of the CPU: more would only wait for each other. */
    public static BaseModel load(Path folder) {
        try {
            return BaseModel.load(folder, new LoadOptions(NAME, Device.cpu(), Precision.FLOAT32, 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<StoredTensor> weights(Random random) {
        List<StoredTensor> tensors = new ArrayList<>();
        tensors.add(normal("model.embed_tokens.weight", VOCABULARY, HIDDEN, 1, random));
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "model.layers." + layer + ".";
            tensors.add(ones(prefix + "input_layernorm.weight"));
            tensors.add(normal(prefix + "self_attn.q_proj.weight", HIDDEN, HIDDEN, 0.3, random));
            tensors.add(normal(prefix + "self_attn.k_proj.weight", KEY_VALUE, HIDDEN, 0.3, random));
            tensors.add(normal(prefix + "self_attn.v_proj.weight", KEY_VALUE, HIDDEN, 0.3, random));
            tensors.add(normal(prefix + "self_attn.o_proj.weight", HIDDEN, HIDDEN, 0.3, random));
            tensors.add(ones(prefix + "post_attention_layernorm.weight"));
            tensors.add(normal(prefix + "mlp.gate_proj.weight", INTERMEDIATE, HIDDEN, 0.3, random));
            tensors.add(normal(prefix + "mlp.up_proj.weight", INTERMEDIATE, HIDDEN, 0.3, random));
            tensors.add(normal(prefix + "mlp.down_proj.weight", HIDDEN, INTERMEDIATE, 0.3, random));
        }
        tensors.add(ones("model.norm.weight"));
        tensors.add(normal("lm_head.weight", VOCABULARY, HIDDEN, 1, random));
        return tensors;
    }

    static StoredTensor normal(String name, int rows, int columns, double deviation, Random random) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return StoredTensor.of(name, List.of((long) rows, (long) columns), values);
    }

    static StoredTensor ones(String name) {
        float[] values = new float[HIDDEN];
        Arrays.fill(values, 1);
        return StoredTensor.of(name, List.of((long) HIDDEN), values);
    }
}
