package dev.lorikeet.engine.method.adalora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code peft_type} ADALORA. Two fields are ours, written where they are not PEFT's only choice: {@code importance}
 * (smoothed, sensitivity, magnitude, doublets) and {@code orth_reg_form} (mean_norm, squared_sum).
 */
public final class AdaLoraFormat implements AdapterFormat {
    private static final String IMPORTANCE = "importance";
    private static final String FORM = "orth_reg_form";

    private static final Set<String> KNOWN = Set.of(
            "init_r",
            "target_r",
            "tinit",
            "tfinal",
            "deltaT",
            "beta1",
            "beta2",
            "orth_reg_weight",
            "total_step",
            "rank_pattern",
            "lora_alpha",
            "lora_dropout",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern",
            IMPORTANCE,
            FORM);

    /** LoRA's rank, which AdaLoRA passes over, and settings of initialisation or without a meaning here. */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
            "r",
            "fan_in_fan_out",
            "init_lora_weights",
            "loftq_config",
            "eva_config",
            "corda_config",
            "lora_ga_config",
            "megatron_core",
            "qalora_group_size",
            "ensure_weight_tying",
            "runtime_config");

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals("ADALORA");
    }

    @Override
    public AdaLoraConfig read(JsonNode root) throws IOException {
        Set<String> known = new HashSet<>(KNOWN);
        known.addAll(WITHOUT_EFFECT);
        if (root.path("bias").asText("none").equals("none")) {
            known.add("bias");
        }
        if (root.path("task_type").asText("CAUSAL_LM").equals("CAUSAL_LM")) {
            known.add("task_type");
        }
        PeftFields.refuseOthers(root, known);
        return new AdaLoraConfig(
                new AdaLoraRanks(
                        PeftFields.integer(root, "init_r", 12),
                        PeftFields.integer(root, "target_r", 8),
                        PeftFields.number(root, "lora_alpha", 8),
                        pattern(root.path("rank_pattern"))),
                new AdaLoraRules(
                        new BudgetSchedule(
                                PeftFields.integer(root, "tinit", 0),
                                PeftFields.integer(root, "tfinal", 0),
                                PeftFields.integer(root, "deltaT", 1),
                                PeftFields.integer(root, "total_step", 0)),
                        new Importance(
                                variant(root),
                                PeftFields.number(root, "beta1", 0.85),
                                PeftFields.number(root, "beta2", 0.85)),
                        new Orthogonality(form(root), PeftFields.number(root, "orth_reg_weight", 0.5))),
                PeftFields.selection(root),
                PeftFields.number(root, "lora_dropout", 0),
                PeftFields.origin(root));
    }

    private static Importance.Variant variant(JsonNode root) throws UnsupportedAdapterException {
        String name = root.path(IMPORTANCE).asText(Importance.Variant.SMOOTHED.text());
        for (Importance.Variant variant : Importance.Variant.values()) {
            if (variant.text().equals(name)) {
                return variant;
            }
        }
        throw new UnsupportedAdapterException(
                IMPORTANCE + " " + name + " is not supported: smoothed, sensitivity, magnitude and doublets are");
    }

    private static Orthogonality.Form form(JsonNode root) throws UnsupportedAdapterException {
        String name = root.path(FORM).asText(Orthogonality.Form.MEAN_NORM.text());
        for (Orthogonality.Form form : Orthogonality.Form.values()) {
            if (form.text().equals(name)) {
                return form;
            }
        }
        throw new UnsupportedAdapterException(FORM + " " + name + " is not supported: mean_norm and squared_sum are");
    }

    /** Keys end in {@code .lora_E}, with the adapter's name behind in files of older versions. */
    private static Map<String, List<Boolean>> pattern(JsonNode patterns) throws InvalidAdapterException {
        Map<String, List<Boolean>> pattern = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : patterns.properties()) {
            int end = entry.getKey().lastIndexOf(AdaLoraConfig.E);
            if (end < 0 || !entry.getValue().isArray()) {
                throw new InvalidAdapterException(
                        "rank_pattern of " + entry.getKey() + " is no list of a lora_E's triplets");
            }
            List<Boolean> kept = new ArrayList<>();
            for (JsonNode triplet : entry.getValue()) {
                if (!triplet.isBoolean()
                        && !(triplet.isInt() && (triplet.intValue() == 0 || triplet.intValue() == 1))) {
                    throw new InvalidAdapterException(
                            "rank_pattern of " + entry.getKey() + " holds " + triplet + ", not true or false");
                }
                kept.add(triplet.asBoolean());
            }
            pattern.put(entry.getKey().substring(0, end), kept);
        }
        return pattern;
    }

    static ObjectNode json(AdaLoraConfig config) {
        ObjectNode root = PeftFields.object("ADALORA", config.origin());
        AdaLoraRanks ranks = config.ranks();
        BudgetSchedule schedule = config.rules().schedule();
        Importance importance = config.rules().importance();
        Orthogonality orthogonality = config.rules().orthogonality();
        root.putObject("alpha_pattern");
        root.put("beta1", importance.beta1());
        root.put("beta2", importance.beta2());
        root.put("bias", "none");
        root.put("deltaT", schedule.interval());
        root.put("fan_in_fan_out", false);
        root.put("init_lora_weights", true);
        root.put("init_r", ranks.initial());
        PeftFields.putNumber(root, "lora_alpha", ranks.alpha());
        root.put("lora_bias", false);
        root.put("lora_dropout", config.dropout());
        root.put("orth_reg_weight", orthogonality.weight());
        if (ranks.pattern().isEmpty()) {
            root.putNull("rank_pattern");
        } else {
            ObjectNode pattern = root.putObject("rank_pattern");
            ranks.pattern().forEach((path, kept) -> {
                ArrayNode list = pattern.putArray(path + AdaLoraConfig.E);
                kept.forEach(list::add);
            });
        }
        PeftFields.put(root, config.modules());
        root.put("target_r", ranks.target());
        root.put("task_type", "CAUSAL_LM");
        root.put("tfinal", schedule.finalSteps());
        root.put("tinit", schedule.warmUp());
        root.put("total_step", schedule.totalSteps() == 0 ? null : (Integer) schedule.totalSteps());
        root.put("use_dora", false);
        root.put("use_rslora", false);
        if (importance.variant() != Importance.Variant.SMOOTHED) {
            root.put(IMPORTANCE, importance.variant().text());
        }
        if (orthogonality.form() != Orthogonality.Form.MEAN_NORM) {
            root.put(FORM, orthogonality.form().text());
        }
        return root;
    }
}
