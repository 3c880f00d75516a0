package dev.lorikeet.engine.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.weights.DType;
import dev.lorikeet.engine.weights.SafetensorsWriter;
import dev.lorikeet.engine.weights.StoredTensor;
import dev.lorikeet.engine.weights.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a Llama-family model folder of random weights, for tests and for benchmarks without a download: config.json,
 * model.safetensors, a byte-level tokenizer.json, a ChatML template. The same seed and sizes give the same bytes.
 */
public final class RandomModel {
    /** A few hundred thousand weights: milliseconds a step. */
    public static final Dimensions TINY = new Dimensions(320, 64, 2, new Dimensions.Attention(4, 2, 16), 128, 512);

    /** The sizes of SmolLM2-135M. */
    public static final Dimensions SMOLLM2_135M =
            new Dimensions(49152, 576, 30, new Dimensions.Attention(9, 3, 64), 1536, 8192);

    private static final List<String> SPECIAL = List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEMPLATE =
            "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>'"
                    + " + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    private RandomModel() {}

    /** A {@link #TINY} one. */
    public static void write(Path folder, long seed) throws IOException {
        write(folder, seed, TINY);
    }

    /**
     * Writes a model of some size.
     *
     * @param folder made if need be
     * @param dimensions a vocabulary of at least 259: three special tokens and the bytes
     */
    public static void write(Path folder, long seed, Dimensions dimensions) throws IOException {
        if (dimensions.vocabularySize() < SPECIAL.size() + 256) {
            throw new IllegalArgumentException("a byte-level vocabulary needs at least " + (SPECIAL.size() + 256)
                    + " tokens, not " + dimensions.vocabularySize());
        }
        Files.createDirectories(folder);
        write(folder.resolve("config.json"), config(dimensions));
        write(folder.resolve("tokenizer.json"), tokenizer(dimensions.vocabularySize()));
        write(
                folder.resolve("tokenizer_config.json"),
                Map.of("bos_token", SPECIAL.get(0), "eos_token", SPECIAL.get(2), "pad_token", SPECIAL.get(0)));
        Files.writeString(folder.resolve("chat_template.jinja"), TEMPLATE);
        ModelConfig config = ModelConfigReader.readFolder(folder);
        try (Arena arena = Arena.ofShared()) {
            SafetensorsWriter.write(
                    folder.resolve("model.safetensors"), weights(config, seed, arena), Map.of("format", "pt"));
        }
    }

    private static void write(Path file, Object value) throws IOException {
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(value) + "\n");
    }

    private static Map<String, Object> config(Dimensions dimensions) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("LlamaForCausalLM"));
        config.put("model_type", "llama");
        config.put("vocab_size", dimensions.vocabularySize());
        config.put("hidden_size", dimensions.hiddenSize());
        config.put("num_hidden_layers", dimensions.layers());
        config.put("num_attention_heads", dimensions.attention().heads());
        config.put("num_key_value_heads", dimensions.attention().keyValueHeads());
        config.put("head_dim", dimensions.attention().headSize());
        config.put("intermediate_size", dimensions.intermediateSize());
        config.put("max_position_embeddings", dimensions.contextLength());
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("hidden_act", "silu");
        config.put("attention_bias", false);
        config.put("mlp_bias", false);
        config.put("tie_word_embeddings", true);
        config.put("bos_token_id", 1);
        config.put("eos_token_id", 2);
        config.put("dtype", "float32");
        return config;
    }

    /** Norms of one; matrices normal with variance 1 / inputs, so that activations keep their size through the layers. */
    private static List<StoredTensor> weights(ModelConfig config, long seed, Arena arena) {
        SplittableRandom random = new SplittableRandom(seed);
        List<StoredTensor> tensors = new ArrayList<>();
        for (WeightLayout.Required tensor : new WeightLayout(config).required()) {
            TensorInfo info = new TensorInfo(tensor.name(), DType.F32, tensor.shape());
            MemorySegment values = arena.allocate(info.byteSize(), 64);
            boolean norm = tensor.shape().size() == 1;
            double deviation = 1 / Math.sqrt(tensor.shape().getLast());
            for (long i = 0; i < info.elements(); i++) {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, norm ? 1 : (float) (deviation * random.nextGaussian()));
            }
            tensors.add(new StoredTensor(info, values));
        }
        return tensors;
    }

    private static Map<String, Object> tokenizer(int vocabularySize) {
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        tokenizer.put("version", "1.0");
        tokenizer.put("truncation", null);
        tokenizer.put("padding", null);
        List<Map<String, Object>> added = new ArrayList<>();
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        for (String special : SPECIAL) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("id", vocabulary.size());
            entry.put("content", special);
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                entry.put(flag, false);
            }
            entry.put("special", true);
            added.add(entry);
            vocabulary.put(special, vocabulary.size());
        }
        byteAlphabet().forEach(letter -> vocabulary.put(letter, vocabulary.size()));
        while (vocabulary.size() < vocabularySize) {
            vocabulary.put("<|unused" + vocabulary.size() + "|>", vocabulary.size());
        }
        tokenizer.put("added_tokens", added);
        tokenizer.put("normalizer", null);
        Map<String, Object> byteLevel = new LinkedHashMap<>();
        byteLevel.put("type", "ByteLevel");
        byteLevel.put("add_prefix_space", false);
        byteLevel.put("trim_offsets", true);
        byteLevel.put("use_regex", true);
        tokenizer.put("pre_tokenizer", byteLevel);
        tokenizer.put("post_processor", null);
        tokenizer.put("decoder", byteLevel);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("type", "BPE");
        model.put("dropout", null);
        model.put("unk_token", null);
        model.put("continuing_subword_prefix", null);
        model.put("end_of_word_suffix", null);
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.put("ignore_merges", false);
        model.put("vocab", vocabulary);
        model.put("merges", List.of());
        tokenizer.put("model", model);
        return tokenizer;
    }

    /** GPT-2's letters for the 256 bytes: printable ones stand for themselves, the rest follow behind 255. */
    private static List<String> byteAlphabet() {
        List<String> letters = new ArrayList<>();
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
            letters.add(Character.toString(printable ? value : next));
            if (!printable) {
                next++;
            }
        }
        return letters;
    }
}
