package dev.lorikeet.engine.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model's tokenizer: Hugging Face's own, built from its tokenizer.json, with every id as transformers gives it. Safe
 * for use by several threads until closed.
 */
public final class Tokenizer implements AutoCloseable {
    private static final long LARGEST = 200_000_000;
    private static final JsonMapper MAPPER = JsonMapper.builder(com.fasterxml.jackson.core.JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(64).build())
                    .build())
            .build();

    private final HuggingFaceTokenizer tokenizer;
    private final SpecialTokens special;
    private final int vocabularySize;

    private Tokenizer(HuggingFaceTokenizer tokenizer, SpecialTokens special, int vocabularySize) {
        this.tokenizer = tokenizer;
        this.special = special;
        this.vocabularySize = vocabularySize;
    }

    /**
     * Builds the tokenizer of a tokenizer.json file.
     *
     * @throws MalformedFileException if the file is not a tokenizer
     */
    public static Tokenizer open(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new MalformedFileException(file, "there is no such tokenizer file");
        }
        if (Files.size(file) > LARGEST) {
            throw new MalformedFileException(file, "it is larger than " + LARGEST + " bytes");
        }
        try {
            return of(Files.readString(file));
        } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
            throw new MalformedFileException(file, "not a tokenizer: " + e.getMessage(), e);
        }
    }

    /**
     * Builds a tokenizer from the text of a tokenizer.json.
     *
     * @throws IllegalArgumentException if the text is not a tokenizer
     */
    public static Tokenizer of(String json) {
        try {
            if (!(MAPPER.readTree(json) instanceof ObjectNode root)) {
                throw new IllegalArgumentException("not a JSON object");
            }
            return of(root);
        } catch (IOException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
        }
    }

    /** Builds a tokenizer from a parsed tokenizer.json, which is changed. */
    static Tokenizer of(ObjectNode root) {
        var special = new SpecialTokens(root);
        // Length is our callers' business: a file's own truncation or padding would silently change ids.
        root.putNull("truncation");
        root.putNull("padding");
        int size = 0;
        for (var id : root.path("model").path("vocab")) {
            size = Math.max(size, id.isInt() ? id.intValue() + 1 : size + 1);
        }
        for (var added : root.path("added_tokens")) {
            size = Math.max(size, added.path("id").asInt(-1) + 1);
        }
        HuggingFaceTokenizer tokenizer;
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(MAPPER.writeValueAsBytes(root)),
                    Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false"));
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(String.valueOf(e.getMessage()), e);
        }
        var built = new Tokenizer(tokenizer, special, size);
        for (int id : special.ids()) {
            var ids = tokenizer.encode(special.nameOf(id), false, false).getIds();
            if (ids.length != 1 || ids[0] != id) {
                built.close();
                throw new IllegalArgumentException(
                        "special token " + id + " would be encoded as " + Arrays.toString(ids));
            }
        }
        return built;
    }

    /**
     * The ids of a trusted text: special tokens written in it are recognised, as transformers does.
     *
     * @param addSpecialTokens whether the tokenizer's own prefix or suffix (such as a begin-of-text) is added
     */
    public int[] encode(String text, boolean addSpecialTokens) {
        return ids(encodeNamed(special.name(text, List.of()).text(), addSpecialTokens));
    }

    /**
     * A trusted text as an encoder reads it, the tokenizer's own special tokens ({@code [CLS]}, {@code [SEP]}) added.
     *
     * @param second the second text of a pair, or null
     */
    public TypedTokens encodeTyped(String first, @Nullable String second) {
        var name = special.name(first, List.of()).text();
        var encoding = second == null
                ? encodeNamed(name, true)
                : tokenizer.encode(name, special.name(second, List.of()).text(), true, false);
        var types =
                Arrays.stream(encoding.getTypeIds()).mapToInt(Math::toIntExact).toArray();
        return new TypedTokens(ids(encoding), types);
    }

    /** The ids of a text in which nothing is a special token. */
    public int[] encodeUntrusted(String text) {
        return ids(encodeNamed(text, false));
    }

    /** The ids of a rendered conversation: special tokens are recognised in the template's own text alone. */
    public int[] encode(RenderedChat chat) {
        return tokenize(chat).ids();
    }

    /** As {@link #encode(RenderedChat)}, with each token's place in the text. */
    public Tokenized tokenize(RenderedChat chat) {
        return tokenize(chat.text(), chat.contentSpans());
    }

    /** The ids of a text and their places; special tokens are recognised where no untrusted part touches them. */
    public Tokenized tokenize(String text, List<Span> untrusted) {
        var named = special.name(text, untrusted);
        var encoding = encodeNamed(named.text(), false);
        var ids = ids(encoding);
        var starts = new int[ids.length];
        var ends = new int[ids.length];
        var spans = encoding.getCharTokenSpans();
        for (int i = 0; i < ids.length; i++) {
            var span = spans[i];
            if (span != null) {
                starts[i] = named.positions()[span.getStart()];
                ends[i] = named.positions()[span.getEnd()];
            }
        }
        return new Tokenized(ids, starts, ends);
    }

    private Encoding encodeNamed(String text, boolean addSpecialTokens) {
        return tokenizer.encode(text, addSpecialTokens, false);
    }

    private static int[] ids(Encoding encoding) {
        var ids = new int[encoding.getIds().length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) encoding.getIds()[i];
        }
        return ids;
    }

    /**
     * The text of some ids.
     *
     * @param skipSpecialTokens whether special tokens are left out rather than written
     */
    public String decode(int[] ids, boolean skipSpecialTokens) {
        return special.reveal(tokenizer.decode(Arrays.stream(ids).asLongStream().toArray(), skipSpecialTokens));
    }

    /** One more than the highest token id. The model's embedding may have more rows. */
    public int vocabularySize() {
        return vocabularySize;
    }

    /** The id of a special token by its text, such as {@code <|im_end|>}. */
    public Optional<Integer> specialToken(String text) {
        return Optional.ofNullable(special.byText().get(text));
    }

    /** Whether an id is a special token. */
    public boolean isSpecial(int id) {
        return special.ids().contains(id);
    }

    /** A decoder of one growing sequence; for use by one thread. Special tokens are left out. */
    public IncrementalDecoder incremental() {
        return new IncrementalDecoder(this);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
