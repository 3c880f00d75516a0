package dev.lorikeet.engine.text;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The pre-tokenizers that {@code tokenizer.ggml.pre} may name, as their models' tokenizer.json has them. */
enum GgufPreTokenizer {
    GPT2("gpt-2", "default") {
        @Override
        ObjectNode json(JsonMapper mapper) {
            return byteLevel(mapper, true);
        }
    },
    /** Every digit on its own, then GPT-2's. */
    SMOLLM("smollm", "starcoder") {
        @Override
        ObjectNode json(JsonMapper mapper) {
            var digits = mapper.createObjectNode().put("type", "Digits").put("individual_digits", true);
            var sequence = mapper.createObjectNode().put("type", "Sequence");
            sequence.putArray("pretokenizers").add(digits).add(byteLevel(mapper, true));
            return sequence;
        }
    },
    LLAMA3("llama-bpe", "llama3", "llama-v3") {
        @Override
        ObjectNode json(JsonMapper mapper) {
            return split(mapper, "\\p{N}{1,3}");
        }

        @Override
        boolean ignoresMerges() {
            return true;
        }

        @Override
        boolean addsBeginOfText() {
            return true;
        }
    },
    QWEN2("qwen2") {
        @Override
        ObjectNode json(JsonMapper mapper) {
            return split(mapper, "\\p{N}");
        }

        @Override
        boolean normalisesNfc() {
            return true;
        }
    };

    @SuppressWarnings("ImmutableEnumChecker") // List.of is
    private final List<String> names;

    GgufPreTokenizer(String... names) {
        this.names = List.of(names);
    }

    static Optional<GgufPreTokenizer> named(String name) {
        return Arrays.stream(values()).filter(pre -> pre.names.contains(name)).findFirst();
    }

    static List<String> names() {
        return Arrays.stream(values()).flatMap(pre -> pre.names.stream()).toList();
    }

    /** The {@code pre_tokenizer} of tokenizer.json. */
    abstract ObjectNode json(JsonMapper mapper);

    /** Whether a word that is a token is taken whole, whatever the merges say. */
    boolean ignoresMerges() {
        return false;
    }

    /** Whether a begin-of-text is put in front when the metadata does not say. */
    boolean addsBeginOfText() {
        return false;
    }

    boolean normalisesNfc() {
        return false;
    }

    private static ObjectNode byteLevel(JsonMapper mapper, boolean useRegex) {
        return mapper.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", useRegex);
    }

    /** cl100k's expression with its rule for digits. */
    private static ObjectNode split(JsonMapper mapper, String digits) {
        var split = mapper.createObjectNode().put("type", "Split");
        split.putObject("pattern")
                .put(
                        "Regex",
                        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + digits
                                + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
        split.put("behavior", "Isolated").put("invert", false);
        var sequence = mapper.createObjectNode().put("type", "Sequence");
        sequence.putArray("pretokenizers").add(split).add(byteLevel(mapper, false));
        return sequence;
    }
}
