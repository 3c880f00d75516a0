package dev.lorikeet.engine.text;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.weights.GgufMetadata;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.util.List;
import java.util.Optional;

/**
 * The tokenizer in a GGUF file's metadata, as the tokenizer.json that it was once made from: byte-level BPE with the
 * pre-tokenizer named by {@code tokenizer.ggml.pre}.
 */
public final class GgufTokenizer {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String TOKENS = "tokenizer.ggml.tokens";
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private GgufTokenizer() {}

    /**
     * Builds the tokenizer.
     *
     * @throws MalformedFileException if the metadata is incomplete, or names a tokenizer or pre-tokenizer that is unknown
     *     here
     */
    public static Tokenizer of(GgufMetadata metadata) throws MalformedFileException {
        var model = metadata.text("tokenizer.ggml.model");
        if (!model.equals("gpt2")) {
            throw new MalformedFileException(
                    metadata.file(), "the tokenizer '" + model + "' is unknown; known: gpt2 (byte-level BPE)");
        }
        var name = metadata.text("tokenizer.ggml.pre", "");
        var pre = GgufPreTokenizer.named(name)
                .orElseThrow(() -> new MalformedFileException(
                        metadata.file(),
                        (name.isEmpty()
                                        ? "it names no tokenizer.ggml.pre"
                                        : "the pre-tokenizer '" + name + "' is unknown")
                                + "; known: " + GgufPreTokenizer.names()));
        try {
            return Tokenizer.of(json(metadata, pre));
        } catch (IllegalArgumentException e) {
            throw new MalformedFileException(metadata.file(), "its tokenizer: " + e.getMessage(), e);
        }
    }

    /** The text of the token that a key's id means, or empty if the key is absent. */
    public static Optional<String> token(GgufMetadata metadata, String idKey) throws MalformedFileException {
        if (!metadata.has(idKey) || !metadata.has(TOKENS)) {
            return Optional.empty();
        }
        int id = metadata.integer(idKey);
        var tokens = metadata.texts(TOKENS);
        if (id < 0 || id >= tokens.size()) {
            throw new MalformedFileException(metadata.file(), idKey + " " + id + " is no token");
        }
        return Optional.of(tokens.get(id));
    }

    private static ObjectNode json(GgufMetadata metadata, GgufPreTokenizer pre) throws MalformedFileException {
        var tokens = metadata.texts(TOKENS);
        var root = MAPPER.createObjectNode().put("version", "1.0");
        root.set("added_tokens", addedTokens(metadata, tokens));
        if (pre.normalisesNfc()) {
            root.set("normalizer", MAPPER.createObjectNode().put("type", "NFC"));
        } else {
            root.putNull("normalizer");
        }
        root.set("pre_tokenizer", pre.json(MAPPER));
        if (metadata.flag("tokenizer.ggml.add_bos_token", pre.addsBeginOfText())) {
            root.set("post_processor", beginOfText(metadata));
        } else {
            root.set("post_processor", byteLevel());
        }
        root.set("decoder", byteLevel());
        var model = root.putObject("model");
        model.put("type", "BPE")
                .putNull("dropout")
                .putNull("unk_token")
                .putNull("continuing_subword_prefix")
                .putNull("end_of_word_suffix")
                .put("fuse_unk", false)
                .put("byte_fallback", false)
                .put("ignore_merges", pre.ignoresMerges());
        var vocabulary = model.putObject("vocab");
        for (int id = 0; id < tokens.size(); id++) {
            if (vocabulary.has(tokens.get(id))) {
                throw new MalformedFileException(metadata.file(), "token '" + tokens.get(id) + "' appears twice");
            }
            vocabulary.put(tokens.get(id), id);
        }
        var merges = model.putArray("merges");
        metadata.texts("tokenizer.ggml.merges").forEach(merges::add);
        return root;
    }

    private static ArrayNode addedTokens(GgufMetadata metadata, List<String> tokens) throws MalformedFileException {
        var types = metadata.integers("tokenizer.ggml.token_type");
        if (types.size() != tokens.size()) {
            throw new MalformedFileException(
                    metadata.file(), "there are " + types.size() + " token types for " + tokens.size() + " tokens");
        }
        var added = MAPPER.createArrayNode();
        for (int id = 0; id < tokens.size(); id++) {
            if (types.get(id) == CONTROL || types.get(id) == USER_DEFINED) {
                added.addObject()
                        .put("id", id)
                        .put("content", tokens.get(id))
                        .put("single_word", false)
                        .put("lstrip", false)
                        .put("rstrip", false)
                        .put("normalized", false)
                        .put("special", types.get(id) == CONTROL);
            }
        }
        return added;
    }

    private static ObjectNode byteLevel() {
        return MAPPER.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static ObjectNode beginOfText(GgufMetadata metadata) throws MalformedFileException {
        var key = "tokenizer.ggml.bos_token_id";
        var token = token(metadata, key)
                .orElseThrow(
                        () -> new MalformedFileException(metadata.file(), "it adds a begin-of-text but has no " + key));
        var sequence = MAPPER.createObjectNode();
        sequence.putObject("Sequence").put("id", "A").put("type_id", 0);
        var special = MAPPER.createObjectNode();
        special.putObject("SpecialToken").put("id", token).put("type_id", 0);
        var second = MAPPER.createObjectNode();
        second.putObject("Sequence").put("id", "B").put("type_id", 1);
        var processor = MAPPER.createObjectNode().put("type", "TemplateProcessing");
        processor.putArray("single").add(special).add(sequence);
        processor.putArray("pair").add(special).add(sequence).add(second);
        var tokens = processor.putObject("special_tokens").putObject(token).put("id", token);
        tokens.putArray("ids").add(metadata.integer(key));
        tokens.putArray("tokens").add(token);
        return processor;
    }
}
