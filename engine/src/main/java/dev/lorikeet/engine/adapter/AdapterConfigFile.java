package dev.lorikeet.engine.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** adapter_config.json of any kind. */
final class AdapterConfigFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST_FILE = 1 << 20;
    private static final List<AdapterFormat> FORMATS =
            ServiceLoader.load(AdapterFormat.class, AdapterFormat.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    private AdapterConfigFile() {}

    static AdapterConfig read(Path file) throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new InvalidAdapterException(file.getFileName() + " is larger than " + LARGEST_FILE + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
        } catch (JsonProcessingException | CharacterCodingException e) {
            throw new InvalidAdapterException(file.getFileName() + " is not JSON: " + e.getMessage());
        }
        if (root == null || !root.isObject()) {
            throw new InvalidAdapterException(file.getFileName() + " is not a JSON object");
        }
        return read(root);
    }

    static AdapterConfig read(JsonNode root) throws IOException {
        for (AdapterFormat format : FORMATS) {
            if (format.claims(root)) {
                try {
                    return format.read(root);
                } catch (IllegalArgumentException e) {
                    throw new InvalidAdapterException(AdapterConfig.FILE + ": " + e.getMessage());
                }
            }
        }
        String type = root.path("peft_type").asText("");
        throw new UnsupportedAdapterException(
                "peft_type " + (type.isEmpty() ? "is missing" : type + " is not supported"));
    }

    static void write(AdapterConfig config, Path file) throws IOException {
        // The keys of the file sorted as PEFT has them, those of patterns in the order that decides which holds.
        Map<String, JsonNode> sorted = new TreeMap<>();
        config.json().properties().forEach(field -> sorted.put(field.getKey(), field.getValue()));
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(sorted) + "\n");
    }
}
