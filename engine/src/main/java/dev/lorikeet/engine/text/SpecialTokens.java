package dev.lorikeet.engine.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tokenizer's special tokens under secret names.
 *
 * <p>The native tokenizer turns the text of a special token into its id wherever it stands, in a user's message too. So
 * it is given a vocabulary in which each special token has a name that nobody can guess; whoever encodes writes that
 * name where the token is meant, and a stranger's {@code <|im_end|>} is ordinary text.
 */
final class SpecialTokens {
    private static final char OPEN = '\uE000';
    private static final char CLOSE = '\uE001';

    private final String nonce;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<Integer, String> texts = new HashMap<>();
    private final Set<String> singleWords = new HashSet<>();
    private final Pattern pattern;
    private final Pattern names;

    /**
     * A text in which special tokens stand under their secret names.
     *
     * @param text what the native tokenizer reads
     * @param positions for each code point of it, and its end, the UTF-16 position in the original
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Named(String text, int[] positions) {}

    /** Renames the special tokens of a parsed tokenizer.json in place. */
    SpecialTokens(ObjectNode tokenizer) {
        var random = new byte[16];
        // Secrecy, not variety: no token id depends on it.
        new SecureRandom().nextBytes(random);
        nonce = HexFormat.of().formatHex(random);
        for (var node : tokenizer.path("added_tokens")) {
            if (node.path("special").asBoolean() && node instanceof ObjectNode added) {
                int id = added.path("id").asInt(-1);
                var text = added.path("content").asText();
                if (id < 0 || text.isEmpty()) {
                    throw new IllegalArgumentException("an added token has no id or no content: " + added);
                }
                ids.put(text, id);
                texts.put(id, text);
                if (added.path("single_word").asBoolean()) {
                    singleWords.add(text);
                }
                added.put("content", name(id));
                added.put("normalized", false);
            }
        }
        if (tokenizer.path("model") instanceof ObjectNode model) {
            rename(model);
        }
        pattern = Pattern.compile(ids.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()))
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
        names = Pattern.compile(OPEN + nonce + "\\.([0-9]+)" + CLOSE);
    }

    private void rename(ObjectNode model) {
        if (model.path("vocab") instanceof ObjectNode vocabulary) {
            for (var entry : ids.entrySet()) {
                JsonNode id = vocabulary.remove(entry.getKey());
                if (id != null) {
                    vocabulary.set(name(entry.getValue()), id);
                }
            }
        } else if (model.path("vocab") instanceof ArrayNode pieces) {
            for (var entry : ids.entrySet()) {
                var piece = pieces.path(entry.getValue());
                if (piece instanceof ArrayNode pair && pair.path(0).asText().equals(entry.getKey())) {
                    pair.set(0, JsonNodeFactory.instance.textNode(name(entry.getValue())));
                }
            }
        }
        var unknown = ids.get(model.path("unk_token").asText());
        if (unknown != null) {
            model.put("unk_token", name(unknown));
        }
    }

    private String name(int id) {
        return OPEN + nonce + "." + id + CLOSE;
    }

    /** The ids of all special tokens. */
    Set<Integer> ids() {
        return texts.keySet();
    }

    Map<String, Integer> byText() {
        return ids;
    }

    /** Secret name of a token, for the check that the native tokenizer knows it. */
    String nameOf(int id) {
        return name(id);
    }

    /** Names every special token of a text that no untrusted part touches. */
    Named name(String text, List<Span> untrusted) {
        if (ids.isEmpty()) {
            return new Named(text, positions(text));
        }
        var found = new ArrayList<Span>();
        var matcher = pattern.matcher(text);
        int from = 0;
        while (from <= text.length() && matcher.find(from)) {
            if (trusted(text, matcher.start(), matcher.end(), untrusted)) {
                found.add(new Span(matcher.start(), matcher.end()));
                from = matcher.end();
            } else {
                from = matcher.start() + 1;
            }
        }
        var named = new StringBuilder(text.length() + 64 * found.size());
        var positions = new PositionList(text.length() + 64 * found.size());
        int at = 0;
        for (var span : found) {
            copy(text, at, span.start(), named, positions);
            var name = name(ids.getOrDefault(text.substring(span.start(), span.end()), -1));
            named.append(name);
            positions.add(span.start());
            for (int i = 1; i < name.length(); i++) {
                positions.add(span.end());
            }
            at = span.end();
        }
        copy(text, at, text.length(), named, positions);
        positions.add(text.length());
        return new Named(named.toString(), positions.toArray());
    }

    private boolean trusted(String text, int start, int end, List<Span> untrusted) {
        if (singleWords.contains(text.substring(start, end)) && (wordAt(text, start - 1) || wordAt(text, end))) {
            return false;
        }
        for (var span : untrusted) {
            if (span.overlaps(start, end)) {
                return false;
            }
        }
        return true;
    }

    private static boolean wordAt(String text, int index) {
        return index >= 0
                && index < text.length()
                && (Character.isLetterOrDigit(text.charAt(index)) || text.charAt(index) == '_');
    }

    private static int[] positions(String text) {
        var positions = new PositionList(text.length() + 1);
        copy(text, 0, text.length(), new StringBuilder(), positions);
        positions.add(text.length());
        return positions.toArray();
    }

    private static void copy(String text, int from, int to, StringBuilder target, PositionList positions) {
        target.append(text, from, to);
        for (int i = from; i < to; i += Character.charCount(text.codePointAt(i))) {
            positions.add(i);
        }
    }

    /** Puts the tokens' own texts back in place of their secret names. */
    String reveal(String text) {
        if (text.indexOf(OPEN) < 0) {
            return text;
        }
        return names.matcher(text)
                .replaceAll(match -> java.util.regex.Matcher.quoteReplacement(
                        texts.getOrDefault(Integer.valueOf(match.group(1)), "")));
    }

    /** A growing array of ints. */
    private static final class PositionList {
        private int[] values;
        private int size;

        PositionList(int capacity) {
            values = new int[Math.max(capacity, 16)];
        }

        void add(int value) {
            if (size == values.length) {
                values = java.util.Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int[] toArray() {
            return java.util.Arrays.copyOf(values, size);
        }
    }
}
