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
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Writes a model folder of random weights, of any family, for tests and for benchmarks without a download: config.json,
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

    private static final double BIAS_DEVIATION = 0.1;

    private RandomModel() {}

    /** A {@link #TINY} Llama. */
    public static void write(Path folder, long seed) throws IOException {
        write(folder, seed, TINY, Family.LLAMA);
    }

    /** A Llama of some size. */
    public static void write(Path folder, long seed, Dimensions dimensions) throws IOException {
        write(folder, seed, dimensions, Family.LLAMA);
    }

    /** A {@link #TINY} one of some family. */
    public static void write(Path folder, long seed, Family family) throws IOException {
        write(folder, seed, TINY, family);
    }

    /**
     * Writes a model of some size and family.
     *
     * @param folder made if need be
     * @param dimensions a vocabulary of at least 259: three special tokens and the bytes; where the family has no
     *     number of key/value heads or head size of its own, those given must be what follows from the others
     */
    public static void write(Path folder, long seed, Dimensions dimensions, Family family) throws IOException {
        if (dimensions.vocabularySize() < SPECIAL.size() + 256) {
            throw new IllegalArgumentException("a byte-level vocabulary needs at least " + (SPECIAL.size() + 256)
                    + " tokens, not " + dimensions.vocabularySize());
        }
        Files.createDirectories(folder);
        write(folder.resolve("config.json"), RandomConfig.of(family, dimensions));
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

    /**
     * Norms of one, small biases; matrices normal with variance 1 / inputs, so that activations keep their size through
     * the layers.
     */
    private static List<StoredTensor> weights(ModelConfig config, long seed, Arena arena) {
        SplittableRandom random = new SplittableRandom(seed);
        List<StoredTensor> tensors = new ArrayList<>();
        WeightLayout layout = new WeightLayout(config);
        Set<String> transposed = layout.transposed();
        for (WeightLayout.Required tensor : layout.required()) {
            List<Long> shape = tensor.shape();
            TensorInfo info = new TensorInfo(
                    tensor.name(), DType.F32, transposed.contains(tensor.name()) ? shape.reversed() : shape);
            MemorySegment values = arena.allocate(info.byteSize(), 64);
            boolean bias = tensor.name().endsWith(".bias");
            boolean norm = shape.size() == 1 && !bias;
            double deviation = bias ? BIAS_DEVIATION : 1 / Math.sqrt(shape.getLast());
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
