package dev.lorikeet.engine.adapter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes PEFT's adapter_config.json (measured with PEFT 0.21). */
final class AdapterConfigFormat {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LARGEST_FILE = 1 << 20;

    private static final Set<String> READ = Set.of(
            "peft_type",
            "task_type",
            "r",
            "lora_alpha",
            "lora_dropout",
            "use_rslora",
            "rank_pattern",
            "alpha_pattern",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            "base_model_name_or_path",
            "revision");

    /**
     * Settings of initialisation, of training alone, or without a meaning for the linear layers here (fan_in_fan_out
     * is of GPT-2's transposed layers: PEFT unsets it for any other).
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "auto_mapping",
            "peft_version",
            "inference_mode",
            "init_lora_weights",
            "loftq_config",
            "eva_config",
            "corda_config",
            "lora_ga_config",
            "megatron_core",
            "qalora_group_size",
            "ensure_weight_tying",
            "runtime_config",
            "fan_in_fan_out");

    private AdapterConfigFormat() {}

    static AdapterConfig read(Path file) throws IOException {
        if (Files.size(file) > LARGEST_FILE) {
            throw new InvalidAdapterException(file.getFileName() + " is larger than " + LARGEST_FILE + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readString(file, StandardCharsets.UTF_8));
        } catch (JsonProcessingException | java.nio.charset.CharacterCodingException e) {
            throw new InvalidAdapterException(file.getFileName() + " is not JSON: " + e.getMessage());
        }
        if (root == null || !root.isObject()) {
            throw new InvalidAdapterException(file.getFileName() + " is not a JSON object");
        }
        try {
            return read(root);
        } catch (IllegalArgumentException e) {
            throw new InvalidAdapterException(file.getFileName() + ": " + e.getMessage());
        }
    }

    private static AdapterConfig read(JsonNode root) throws IOException {
        refuseUnsupported(root);
        LoraScaling scaling = new LoraScaling(
                integer(root, "r", 8),
                number(root, "lora_alpha", 8),
                flag(root, "use_rslora"),
                ranks(root.path("rank_pattern")),
                alphas(root.path("alpha_pattern")));
        TargetModules targets = modules(root, "target_modules");
        if (targets == null) {
            throw new InvalidAdapterException("adapter_config.json names no target_modules");
        }
        ModuleSelection selection = new ModuleSelection(
                targets,
                modules(root, "exclude_modules"),
                integers(root.path("layers_to_transform")),
                strings(root.path("layers_pattern"), "layers_pattern"));
        return new AdapterConfig(
                scaling,
                selection,
                number(root, "lora_dropout", 0),
                new AdapterConfig.Origin(text(root, "base_model_name_or_path"), text(root, "revision")));
    }

    private static void refuseUnsupported(JsonNode root) throws UnsupportedAdapterException {
        String type = root.path("peft_type").asText("");
        if (!type.equals("LORA")) {
            throw new UnsupportedAdapterException(
                    "peft_type " + (type.isEmpty() ? "is missing" : type) + ": only LORA is supported");
        }
        String task = root.path("task_type").asText("CAUSAL_LM");
        if (root.hasNonNull("task_type") && !task.equals("CAUSAL_LM")) {
            throw new UnsupportedAdapterException("task_type " + task + " is not supported: only CAUSAL_LM is");
        }
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (READ.contains(name) || WITHOUT_EFFECT.contains(name) || unset(name, value)) {
                continue;
            }
            throw new UnsupportedAdapterException("setting " + name + " = " + value + " is not supported");
        }
    }

    private static boolean unset(String name, JsonNode value) {
        if (name.equals("megatron_config")) {
            return value.isNull();
        }
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainerNode() && value.isEmpty())
                || (name.equals("bias") && value.asText().equals("none"));
    }

    static void write(AdapterConfig config, Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        LoraScaling scaling = config.scaling();
        ModuleSelection selection = config.modules();
        ObjectNode alphas = root.putObject("alpha_pattern");
        scaling.alphaPattern().forEach((key, value) -> putNumber(alphas, key, value));
        root.putNull("auto_mapping");
        root.put("base_model_name_or_path", config.origin().baseModel());
        root.put("bias", "none");
        root.set("exclude_modules", modules(selection.excluded()));
        root.put("fan_in_fan_out", false);
        root.put("inference_mode", true);
        root.put("init_lora_weights", true);
        root.set("layers_pattern", list(JSON.valueToTree(selection.layersPattern())));
        root.set("layers_to_transform", list(JSON.valueToTree(selection.layers())));
        putNumber(root, "lora_alpha", scaling.alpha());
        root.put("lora_bias", false);
        root.put("lora_dropout", config.dropout());
        root.putNull("modules_to_save");
        root.put("peft_type", "LORA");
        root.put("r", scaling.rank());
        root.set("rank_pattern", JSON.valueToTree(scaling.rankPattern()));
        root.put("revision", config.origin().revision());
        root.set("target_modules", modules(selection.targets()));
        root.put("task_type", "CAUSAL_LM");
        root.put("use_dora", false);
        root.put("use_rslora", scaling.rankStabilised());
        Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }

    private static void putNumber(ObjectNode node, String name, double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            node.put(name, (long) value);
        } else {
            node.put(name, value);
        }
    }

    private static JsonNode list(ArrayNode list) {
        return list.isEmpty() ? JSON.nullNode() : list;
    }

    private static JsonNode modules(@Nullable TargetModules modules) {
        return switch (modules) {
            case null -> JSON.nullNode();
            case TargetModules.Names(List<String> names) -> JSON.valueToTree(names);
            case TargetModules.Expression(String expression) ->
                JSON.getNodeFactory().textNode(expression);
            case TargetModules.AllLinear() -> JSON.getNodeFactory().textNode("all-linear");
        };
    }

    private static @Nullable TargetModules modules(JsonNode root, String name) throws InvalidAdapterException {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || value.isNull() || (value.isArray() && value.isEmpty())) {
            return null;
        }
        if (value.isTextual()) {
            return value.textValue().equalsIgnoreCase("all-linear")
                    ? new TargetModules.AllLinear()
                    : new TargetModules.Expression(value.textValue());
        }
        return new TargetModules.Names(strings(value, name));
    }

    private static List<String> strings(JsonNode value, String name) throws InvalidAdapterException {
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isTextual()) {
                throw new InvalidAdapterException(name + " holds " + element + ", which is no string");
            }
            strings.add(element.textValue());
        }
        return strings;
    }

    private static List<Integer> integers(JsonNode value) throws InvalidAdapterException {
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<Integer> integers = new ArrayList<>();
        for (JsonNode element : value.isArray() ? value : List.of(value)) {
            if (!element.canConvertToInt() || !element.isIntegralNumber()) {
                throw new InvalidAdapterException(
                        "layers_to_transform holds " + element + ", which is no layer number");
            }
            integers.add(element.intValue());
        }
        return integers;
    }

    private static Map<String, Integer> ranks(JsonNode patterns) throws InvalidAdapterException {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            if (!entry.getValue().isIntegralNumber() || !entry.getValue().canConvertToInt()) {
                throw new InvalidAdapterException("rank_pattern of " + entry.getKey() + " is no whole number");
            }
            ranks.put(entry.getKey(), entry.getValue().intValue());
        }
        return ranks;
    }

    private static Map<String, Double> alphas(JsonNode patterns) throws InvalidAdapterException {
        Map<String, Double> alphas = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            if (!entry.getValue().isNumber()) {
                throw new InvalidAdapterException("alpha_pattern of " + entry.getKey() + " is no number");
            }
            alphas.put(entry.getKey(), entry.getValue().doubleValue());
        }
        return alphas;
    }

    private static int integer(JsonNode root, String name, int absent) throws InvalidAdapterException {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new InvalidAdapterException(name + " must be a whole number, not " + value);
        }
        return value.intValue();
    }

    private static double number(JsonNode root, String name, double absent) throws InvalidAdapterException {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isNumber()) {
            throw new InvalidAdapterException(name + " must be a number, not " + value);
        }
        return value.doubleValue();
    }

    private static boolean flag(JsonNode root, String name) {
        return root.path(name).asBoolean(false);
    }

    private static @Nullable String text(JsonNode root, String name) {
        JsonNode value = root.path(name);
        return value.isTextual() ? value.textValue() : null;
    }
}
