package dev.lorikeet.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorikeet.engine.text.ChatTemplate;
import dev.lorikeet.engine.text.ChatTemplateException;
import dev.lorikeet.engine.weights.MalformedFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Finds a model folder's chat template: chat_template.jinja, or inside tokenizer_config.json as older files have it. */
final class ChatTemplateReader {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long LARGEST = 50_000_000;

    private ChatTemplateReader() {}

    static ChatTemplate readFolder(Path folder) throws IOException {
        var file = folder.resolve("tokenizer_config.json");
        var settings = read(file);
        var variables = new HashMap<String, String>();
        for (var field : settings.properties()) {
            if (field.getKey().endsWith("_token")) {
                var token = field.getValue().isObject() ? field.getValue().path("content") : field.getValue();
                if (token.isTextual()) {
                    variables.put(field.getKey(), token.textValue());
                }
            }
        }
        var standalone = folder.resolve("chat_template.jinja");
        if (Files.exists(standalone)) {
            return parse(standalone, Files.readString(standalone), variables);
        }
        return parse(file, named(settings.path("chat_template")), variables);
    }

    /** Either one text, or a list of named ones of which "default" is meant. */
    private static String named(JsonNode template) {
        if (template.isArray()) {
            for (var candidate : template) {
                if (candidate.path("name").asText().equals("default")) {
                    return candidate.path("template").asText();
                }
            }
        }
        return template.isTextual() ? template.textValue() : "";
    }

    static ChatTemplate parse(Path file, String source, Map<String, String> variables) throws IOException {
        if (source.isEmpty()) {
            return ChatTemplate.none(variables);
        }
        try {
            return ChatTemplate.of(source, variables);
        } catch (ChatTemplateException e) {
            throw new MalformedFileException(file, "its chat template: " + e.getMessage(), e);
        }
    }

    private static JsonNode read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return MAPPER.createObjectNode();
        }
        if (Files.size(file) > LARGEST) {
            throw new MalformedFileException(file, "it is larger than " + LARGEST + " bytes");
        }
        try {
            return MAPPER.readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw new MalformedFileException(file, "not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
