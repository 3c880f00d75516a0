package dev.lorikeet.engine.model;

import dev.lorikeet.engine.text.ChatTemplate;
import dev.lorikeet.engine.text.GgufTokenizer;
import dev.lorikeet.engine.weights.GgufFile;
import dev.lorikeet.engine.weights.GgufMetadata;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Set;

/** Configuration and chat template from a GGUF file's metadata. */
final class GgufModel {
    private GgufModel() {}

    /**
     * The configuration.
     *
     * @throws UnsupportedModelException if the architecture or one of its settings is not computed here
     */
    static ModelConfig config(GgufFile file) throws IOException {
        var metadata = file.metadata();
        var architecture = metadata.text("general.architecture");
        var family = Family.ofGgufArchitecture(architecture)
                .orElseThrow(() -> new UnsupportedModelException(
                        file.path(),
                        "the architecture '" + architecture + "' is unknown; known: " + Family.ggufArchitectures()));
        try {
            return switch (family) {
                case LLAMA, QWEN2, QWEN3 -> llama(file, family, architecture + ".");
                case GPT2 -> gpt2(file);
                case MISTRAL, BERT, ROBERTA ->
                    throw new IllegalStateException(family + " has no architecture of its own in GGUF files");
            };
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(file.path(), String.valueOf(e.getMessage()), e);
        }
    }

    private static ModelConfig llama(GgufFile file, Family family, String prefix) throws IOException {
        var metadata = file.metadata();
        if (metadata.integer(prefix + "expert_count", 0) > 0) {
            throw new UnsupportedModelException(
                    file.path(), "mixtures of experts (" + prefix + "expert_count) are not computed");
        }
        int hiddenSize = metadata.integer(prefix + "embedding_length");
        int heads = metadata.integer(prefix + "attention.head_count");
        if (heads < 1 || (hiddenSize % heads != 0 && !metadata.has(prefix + "attention.key_length"))) {
            throw new MalformedFileException(
                    file.path(), prefix + "embedding_length " + hiddenSize + " is no multiple of " + heads + " heads");
        }
        int headSize = metadata.integer(prefix + "attention.key_length", hiddenSize / heads);
        int valueSize = metadata.integer(prefix + "attention.value_length", headSize);
        int rotated = metadata.integer(prefix + "rope.dimension_count", headSize);
        if (valueSize != headSize || rotated != headSize) {
            throw new UnsupportedModelException(
                    file.path(),
                    "heads of keys " + headSize + ", values " + valueSize + ", rotated " + rotated + " must be equal");
        }
        // Llama's files may be Mistral's, whose window is computed; Qwen's switch is not in its files.
        int window = family == Family.LLAMA ? metadata.integer(prefix + "attention.sliding_window", 0) : 0;
        var dimensions = new Dimensions(
                vocabularySize(file, "model.embed_tokens.weight"),
                hiddenSize,
                metadata.integer(prefix + "block_count"),
                new Dimensions.Attention(
                        heads,
                        metadata.integer(prefix + "attention.head_count_kv", heads),
                        headSize,
                        new Dimensions.Window(window, 0)),
                metadata.integer(prefix + "feed_forward_length"),
                metadata.integer(prefix + "context_length"));
        return new ModelConfig(
                family,
                dimensions,
                metadata.number(prefix + "attention.layer_norm_rms_epsilon"),
                new Rope(metadata.number(prefix + "rope.freq_base", 10_000), scaling(file, prefix, headSize)),
                new ModelConfig.Projections(biased(file), !file.has("lm_head.weight")),
                tokens(metadata));
    }

    private static ModelConfig gpt2(GgufFile file) throws IOException {
        var metadata = file.metadata();
        int hiddenSize = metadata.integer("gpt2.embedding_length");
        int heads = metadata.integer("gpt2.attention.head_count");
        if (heads < 1 || hiddenSize % heads != 0) {
            throw new MalformedFileException(
                    file.path(), "gpt2.embedding_length " + hiddenSize + " is no multiple of " + heads + " heads");
        }
        int contextLength = metadata.integer("gpt2.context_length");
        return new ModelConfig(
                Family.GPT2,
                new Dimensions(
                        vocabularySize(file, "transformer.wte.weight"),
                        hiddenSize,
                        metadata.integer("gpt2.block_count"),
                        new Dimensions.Attention(heads, heads, hiddenSize / heads),
                        metadata.integer("gpt2.feed_forward_length"),
                        contextLength),
                metadata.number("gpt2.attention.layer_norm_epsilon"),
                new Positions.Learned(contextLength, 0, 0),
                new ModelConfig.Projections(Set.copyOf(Group.OF_A_LAYER), !file.has("lm_head.weight")),
                tokens(metadata));
    }

    private static Set<Group> biased(GgufFile file) {
        Set<Group> biased = EnumSet.noneOf(Group.class);
        for (Group group : Group.OF_A_LAYER) {
            if (file.has(Blueprints.LLAMA.paths(0, group).getFirst() + ".bias")) {
                biased.add(group);
            }
        }
        return biased;
    }

    private static int vocabularySize(GgufFile file, String embedding) throws IOException {
        if (!file.has(embedding)) {
            throw new MalformedFileException(file.path(), "there is no token_embd.weight");
        }
        return Math.toIntExact(file.info(embedding).shape().getFirst());
    }

    private static RopeScaling scaling(GgufFile file, String prefix, int headSize) throws IOException {
        var metadata = file.metadata();
        var divisors = file.ropeDivisors();
        if (!divisors.isEmpty()) {
            if (divisors.size() != headSize / 2) {
                throw new MalformedFileException(
                        file.path(), "rope_freqs.weight has " + divisors.size() + " values for heads of " + headSize);
            }
            return new RopeScaling.Divisors(divisors);
        }
        var type = metadata.text(prefix + "rope.scaling.type", "none");
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(metadata.number(prefix + "rope.scaling.factor"));
            default ->
                throw new UnsupportedModelException(
                        file.path(), "rope scaling '" + type + "' is unknown; known: none, linear, rope_freqs");
        };
    }

    private static ModelConfig.ControlTokens tokens(GgufMetadata metadata) throws IOException {
        var endOfText = new LinkedHashSet<Integer>();
        for (var key : new String[] {"eos_token_id", "eot_token_id", "eom_token_id"}) {
            if (metadata.has("tokenizer.ggml." + key)) {
                endOfText.add(metadata.integer("tokenizer.ggml." + key));
            }
        }
        return new ModelConfig.ControlTokens(metadata.integer("tokenizer.ggml.bos_token_id", -1), endOfText);
    }

    /** The chat template of {@code tokenizer.chat_template}, or none. */
    static ChatTemplate chatTemplate(GgufFile file) throws IOException {
        var metadata = file.metadata();
        var variables = new HashMap<String, String>();
        for (var role : new String[] {"bos", "eos", "unknown", "padding"}) {
            var name = switch (role) {
                case "unknown" -> "unk_token";
                case "padding" -> "pad_token";
                default -> role + "_token";
            };
            GgufTokenizer.token(metadata, "tokenizer.ggml." + role + "_token_id")
                    .ifPresent(token -> variables.put(name, token));
        }
        return ChatTemplateReader.parse(file.path(), metadata.text("tokenizer.chat_template", ""), variables);
    }
}
