package dev.lorikeet.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fields of PEFT's adapter_config.json (measured with PEFT 0.21), read and written for {@link AdapterFormat}s. */
public final class PeftFields {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of every kind: without effect on what is computed. */
    private static final Set<String> INFORMATIVE = Set.of(
            "peft_type", "auto_mapping", "peft_version", "inference_mode", "base_model_name_or_path", "revision");

    private PeftFields() {}

    /**
     * Refuses what is set and not known.
     *
     * @param known the names that the format reads, or may pass over
     * @throws UnsupportedAdapterException naming the first that is neither known nor unset
     */
    public static void refuseOthers(JsonNode root, Set<String> known) throws UnsupportedAdapterException {
        for (Map.Entry<String, JsonNode> field : root.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (!INFORMATIVE.contains(name) && !known.contains(name) && !unset(value)) {
                throw new UnsupportedAdapterException("setting " + name + " = " + value + " is not supported");
            }
        }
    }

    private static boolean unset(JsonNode value) {
        return value.isNull()
                || (value.isBoolean() && !value.booleanValue())
                || (value.isContainerNode() && value.isEmpty());
    }

    /** What the adapter was trained on. */
    public static AdapterConfig.Origin origin(JsonNode root) {
        return new AdapterConfig.Origin(text(root, "base_model_name_or_path"), text(root, "revision"));
    }

    /** A new adapter_config.json with what all kinds have. */
    public static ObjectNode object(String peftType, AdapterConfig.Origin origin) {
        ObjectNode root = JSON.createObjectNode();
        root.putNull("auto_mapping");
        root.put("base_model_name_or_path", origin.baseModel());
        root.put("inference_mode", true);
        root.put("peft_type", peftType);
        root.put("revision", origin.revision());
        return root;
    }

    /**
     * Which modules are selected: target_modules, exclude_modules, layers_to_transform, layers_pattern.
     *
     * @throws InvalidAdapterException if no target is named, or a field is malformed
     */
    public static ModuleSelection selection(JsonNode root) throws InvalidAdapterException {
        TargetModules targets = modules(root, "target_modules");
        if (targets == null) {
            throw new InvalidAdapterException("adapter_config.json names no target_modules");
        }
        return new ModuleSelection(
                targets,
                modules(root, "exclude_modules"),
                integers(root.path("layers_to_transform"), "layers_to_transform"),
                strings(root.path("layers_pattern"), "layers_pattern"));
    }

    /** Writes the four fields of {@link #selection}. */
    public static void put(ObjectNode root, ModuleSelection selection) {
        root.set("target_modules", modules(selection.targets()));
        root.set("exclude_modules", modules(selection.excluded()));
        root.set("layers_pattern", list(JSON.valueToTree(selection.layersPattern())));
        root.set("layers_to_transform", list(JSON.valueToTree(selection.layers())));
    }

    public static void putNumber(ObjectNode node, String name, double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            node.put(name, (long) value);
        } else {
            node.put(name, value);
        }
    }

    public static JsonNode list(ArrayNode list) {
        return list.isEmpty() ? JSON.nullNode() : list;
    }

    public static JsonNode modules(@Nullable TargetModules modules) {
        return switch (modules) {
            case null -> JSON.nullNode();
            case TargetModules.Names(List<String> names) -> JSON.valueToTree(names);
            case TargetModules.Expression(String expression) ->
                JSON.getNodeFactory().textNode(expression);
            case TargetModules.AllLinear() -> JSON.getNodeFactory().textNode("all-linear");
        };
    }

    public static @Nullable TargetModules modules(JsonNode root, String name) throws InvalidAdapterException {
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

    public static List<String> strings(JsonNode value, String name) throws InvalidAdapterException {
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

    public static List<Integer> integers(JsonNode value, String name) throws InvalidAdapterException {
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<Integer> integers = new ArrayList<>();
        for (JsonNode element : value.isArray() ? value : List.of(value)) {
            if (!element.canConvertToInt() || !element.isIntegralNumber()) {
                throw new InvalidAdapterException(name + " holds " + element + ", which is no whole number");
            }
            integers.add(element.intValue());
        }
        return integers;
    }

    public static Map<String, Integer> ranks(JsonNode patterns) throws InvalidAdapterException {
        Map<String, Integer> ranks = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            if (!entry.getValue().isIntegralNumber() || !entry.getValue().canConvertToInt()) {
                throw new InvalidAdapterException("rank_pattern of " + entry.getKey() + " is no whole number");
            }
            ranks.put(entry.getKey(), entry.getValue().intValue());
        }
        return ranks;
    }

    public static Map<String, Double> alphas(JsonNode patterns) throws InvalidAdapterException {
        Map<String, Double> alphas = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            if (!entry.getValue().isNumber()) {
                throw new InvalidAdapterException("alpha_pattern of " + entry.getKey() + " is no number");
            }
            alphas.put(entry.getKey(), entry.getValue().doubleValue());
        }
        return alphas;
    }

    public static int integer(JsonNode root, String name, int absent) throws InvalidAdapterException {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new InvalidAdapterException(name + " must be a whole number, not " + value);
        }
        return value.intValue();
    }

    public static double number(JsonNode root, String name, double absent) throws InvalidAdapterException {
        JsonNode value = root.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return absent;
        }
        if (!value.isNumber()) {
            throw new InvalidAdapterException(name + " must be a number, not " + value);
        }
        return value.doubleValue();
    }

    public static boolean flag(JsonNode root, String name) {
        return root.path(name).asBoolean(false);
    }

    public static @Nullable String text(JsonNode root, String name) {
        JsonNode value = root.path(name);
        return value.isTextual() ? value.textValue() : null;
    }
}
