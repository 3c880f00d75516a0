package dev.lorikeet.engine.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lorikeet.engine.image.EncodedImage;
import dev.lorikeet.engine.image.InvalidImageException;
import dev.lorikeet.engine.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of a dataset: an example, or all the reasons why it is none. */
final class ExampleParser {
    private static final int MOST_MESSAGES = 1000;
    private static final int LONGEST_QUOTE = 60;
    private static final Set<String> ROLES = Set.of("system", "user", "assistant");
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(16).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final String IMAGE = "image";
    private static final String PAIR = "text_pair";
    private static final String LABEL = "label";
    private static final int LONGEST_LABEL = 256;

    private final List<String> reasons = new ArrayList<>();
    private @Nullable EncodedImage image;

    private ExampleParser() {}

    /** An example, absent if there is any reason against it. */
    record Parsed(Optional<Example> example, List<String> reasons) {}

    static Parsed parse(String line) {
        var parser = new ExampleParser();
        Optional<Example> example = parser.example(line);
        return new Parsed(parser.reasons.isEmpty() ? example : Optional.empty(), parser.reasons);
    }

    private Optional<Example> example(String line) {
        JsonNode node;
        try {
            node = MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            var where = e.getLocation() == null
                    ? ""
                    : " at column " + e.getLocation().getColumnNr();
            reasons.add("not valid JSON" + where + ": " + firstLine(e.getOriginalMessage()));
            return Optional.empty();
        }
        if (!node.isObject()) {
            reasons.add("a line must be a JSON object, not " + kind(node));
            return Optional.empty();
        }
        if (node.has("messages")) {
            unknownFields(node, "", Set.of("messages", IMAGE));
            image(node);
            return pictured(chat(node.path("messages")));
        }
        if (node.has("prompt") || node.has("completion")) {
            unknownFields(node, "", Set.of("prompt", "completion", IMAGE));
            image(node);
            var prompt = text(node, "prompt");
            var completion = text(node, "completion");
            return reasons.isEmpty()
                    ? pictured(Optional.of(new Example.Completion(prompt, completion)))
                    : Optional.empty();
        }
        if (node.has("text")) {
            unknownFields(node, "", Set.of("text", PAIR, LABEL));
            var text = text(node, "text");
            if (node.has(LABEL) || node.has(PAIR)) {
                return classified(node, text);
            }
            return reasons.isEmpty() ? Optional.of(new Example.Text(text)) : Optional.empty();
        }
        unknownFields(node, "", Set.of());
        reasons.add("there is neither messages, nor prompt and completion, nor text");
        return Optional.empty();
    }

    private Optional<Example> classified(JsonNode node, String text) {
        String pair = node.has(PAIR) ? text(node, PAIR) : null;
        JsonNode value = node.path(LABEL);
        String label = value.isTextual() || value.isIntegralNumber() ? value.asText() : "";
        if (label.isBlank() || label.length() > LONGEST_LABEL) {
            reasons.add(
                    "label must be a string of 1 to " + LONGEST_LABEL + " characters, not blank, or a whole number; it "
                            + (value.isTextual() ? "has " + label.length() + " characters" : "is " + kind(value)));
        }
        wellFormed(label, LABEL);
        return reasons.isEmpty() ? Optional.of(new Example.Classified(text, pair, label)) : Optional.empty();
    }

    private void image(JsonNode node) {
        if (!node.has(IMAGE)) {
            return;
        }
        if (!node.path(IMAGE).isTextual()) {
            reasons.add("image must be a string such as data:image/png;base64,..., not " + kind(node.path(IMAGE)));
            return;
        }
        image(node.path(IMAGE).textValue(), IMAGE);
    }

    /** Reads a picture, and decodes it once: what is damaged shall be told now. */
    private void image(String url, String where) {
        if (image != null) {
            reasons.add(where + " is a second image: an example has one at most");
            return;
        }
        try {
            image = EncodedImage.ofDataUrl(url);
            image.decode();
        } catch (InvalidImageException e) {
            reasons.add(where + ": " + e.reason());
        }
    }

    private Optional<Example> pictured(Optional<Example> example) {
        EncodedImage own = image;
        return own == null ? example : example.map(about -> new Example.Pictured(own, about));
    }

    private Optional<Example> chat(JsonNode list) {
        if (!list.isArray() || list.isEmpty()) {
            reasons.add("messages must be a list of at least one message, not " + kind(list));
            return Optional.empty();
        }
        if (list.size() > MOST_MESSAGES) {
            reasons.add("there are " + list.size() + " messages; the most is " + MOST_MESSAGES);
            return Optional.empty();
        }
        var messages = new ArrayList<Message>();
        for (int i = 0; i < list.size(); i++) {
            message(list.get(i), "messages[" + i + "]", messages);
        }
        if (reasons.isEmpty()) {
            order(messages);
        }
        return reasons.isEmpty() ? Optional.of(new Example.Chat(messages)) : Optional.empty();
    }

    private void message(JsonNode node, String where, List<Message> messages) {
        if (!node.isObject()) {
            reasons.add(where + " must be an object with role and content, not " + kind(node));
            return;
        }
        unknownFields(node, where + ".", Set.of("role", "content"));
        var role = node.path("role");
        if (!role.isTextual() || !ROLES.contains(role.textValue())) {
            reasons.add(where + ".role must be system, user or assistant, not " + shown(role));
            return;
        }
        var content = node.path("content");
        if (content.isArray()) {
            parts(content, where, role.textValue(), messages);
            return;
        }
        if (!content.isTextual()) {
            reasons.add(where + ".content must be a string or a list of parts, not " + kind(content));
            return;
        }
        wellFormed(content.textValue(), where + ".content");
        if (content.textValue().isBlank() && !role.textValue().equals("system")) {
            reasons.add(where + ".content is empty");
        }
        messages.add(new Message(role.textValue(), content.textValue()));
    }

    /** Contents in parts: texts, and a picture in the first message of the user, where it stands before the text anyway. */
    private void parts(JsonNode parts, String where, String role, List<Message> messages) {
        var text = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            var part = parts.get(i);
            String place = where + ".content[" + i + "]";
            String type = part.path("type").asText();
            if (type.equals("text") && part.path("text").isTextual()) {
                unknownFields(part, place + ".", Set.of("type", "text"));
                text.append(part.path("text").textValue());
            } else if (type.equals("image_url")
                    && part.path("image_url").path("url").isTextual()) {
                unknownFields(part, place + ".", Set.of("type", "image_url"));
                if (messages.stream().anyMatch(message -> !message.role().equals("system")) || !role.equals("user")) {
                    reasons.add(place + " is an image, which only the user's first message may have");
                } else {
                    image(part.path("image_url").path("url").textValue(), place);
                }
            } else {
                reasons.add(place + " must be {\"type\": \"text\", \"text\": ...} or"
                        + " {\"type\": \"image_url\", \"image_url\": {\"url\": ...}}");
            }
        }
        wellFormed(text.toString(), where + ".content");
        if (text.toString().isBlank()) {
            reasons.add(where + ".content has no text");
        }
        messages.add(new Message(role, text.toString()));
    }

    /** At most one system message, first; then user and assistant in turn, the assistant last. */
    private void order(List<Message> messages) {
        int first = messages.getFirst().role().equals("system") ? 1 : 0;
        for (int i = first; i < messages.size(); i++) {
            var expected = (i - first) % 2 == 0 ? "user" : "assistant";
            if (!messages.get(i).role().equals(expected)) {
                reasons.add("messages[" + i + "].role is " + messages.get(i).role() + " where " + expected
                        + " must speak: after an optional system message, user and assistant take turns");
                return;
            }
        }
        if (!messages.getLast().role().equals("assistant")) {
            reasons.add("the last message must be the assistant's: it is what is learned");
        }
    }

    private String text(JsonNode node, String field) {
        var value = node.path(field);
        if (!value.isTextual()) {
            reasons.add(field + " must be a string, not " + kind(value));
            return "";
        }
        if (value.textValue().isBlank()) {
            reasons.add(field + " is empty");
        }
        wellFormed(value.textValue(), field);
        return value.textValue();
    }

    /** Half of a surrogate pair can be escaped in JSON, but it is no character. */
    private void wellFormed(String text, String field) {
        for (int i = 0; i < text.length(); i++) {
            int point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                reasons.add(field + " has half a surrogate pair at position " + i + ", which is no character");
                return;
            }
            i += Character.charCount(point) - 1;
        }
    }

    private void unknownFields(JsonNode node, String prefix, Set<String> known) {
        for (var field : node.properties()) {
            if (!known.contains(field.getKey())) {
                reasons.add("the field " + prefix + quote(field.getKey()) + " is unknown"
                        + (known.isEmpty()
                                ? ""
                                : "; known here: " + known.stream().sorted().toList()));
            }
        }
    }

    private static String shown(JsonNode node) {
        return node.isTextual() ? quote(node.textValue()) : kind(node);
    }

    private static String quote(String text) {
        return "'" + (text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "..." : text) + "'";
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING -> "missing";
            case NULL -> "null";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case ARRAY -> node.isEmpty() ? "an empty list" : "a list";
            case OBJECT -> "an object";
            case BINARY, POJO -> node.toString();
        };
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
