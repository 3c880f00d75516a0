package dev.lorikeet.engine.method.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.SavedModules;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.method.token.TokenRows;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code peft_type} LORA. */
public final class LoraFormat implements AdapterFormat {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Our own, in checkpoints alone: what the factors began as. PEFT's field would make it change the base. */
    private static final String START = "lorikeet_start";

    private static final String BIAS = "bias";
    private static final String TOKENS = "trainable_token_indices";
    /** Names of token embeddings, by which PEFT's files say whose tokens they mean. */
    private static final Set<String> EMBEDDINGS = Set.of("embed_tokens", "wte", "word_embeddings");

    private static final Set<String> KNOWN = Set.of(
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
            "modules_to_save",
            "use_dora",
            BIAS,
            TOKENS,
            "lora_bias",
            "fan_in_fan_out",
            START);

    /** Ways to begin that leave the base's weights as they are. */
    private static final Set<String> STARTS = Set.of("true", "false", "null", "gaussian", "eva", "orthogonal");

    /**
     * Settings of initialisation, of training alone, or without a meaning for the linear layers here.
     */
    private static final Set<String> WITHOUT_EFFECT = Set.of(
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
        return config.path("peft_type").asText().equals("LORA");
    }

    @Override
    public LoraConfig read(JsonNode root) throws IOException {
        refuseUnsupported(root);
        LoraScaling scaling = new LoraScaling(
                PeftFields.integer(root, "r", 8),
                PeftFields.number(root, "lora_alpha", 8),
                PeftFields.flag(root, "use_rslora"),
                PeftFields.ranks(root.path("rank_pattern")),
                PeftFields.alphas(root.path("alpha_pattern")));
        return new LoraConfig(
                scaling,
                PeftFields.selection(root),
                PeftFields.number(root, "lora_dropout", 0),
                form(root),
                new LoraTask(task(root), PeftFields.flag(root, "fan_in_fan_out")),
                PeftFields.origin(root));
    }

    private static LoraForm form(JsonNode root) throws InvalidAdapterException, UnsupportedAdapterException {
        return new LoraForm(
                PeftFields.flag(root, "use_dora"),
                PeftFields.flag(root, "lora_bias"),
                biases(root.path(BIAS).asText("none")),
                new SavedModules(PeftFields.strings(root.path("modules_to_save"), "modules_to_save")),
                rows(root.path(TOKENS)),
                LoraStart.of(root.path(START).asText(LoraStart.ZERO.text())));
    }

    private static OwnBiases biases(String name) throws UnsupportedAdapterException {
        for (OwnBiases biases : OwnBiases.values()) {
            if (biases.text().equals(name)) {
                return biases;
            }
        }
        throw new UnsupportedAdapterException("bias = " + name + " is not supported: only none, all and lora_only are");
    }

    /** A list of the embedding's tokens, or an object of lists by the embedding's name. */
    private static TokenRows rows(JsonNode value) throws InvalidAdapterException, UnsupportedAdapterException {
        if (!value.isObject()) {
            return new TokenRows(PeftFields.integers(value, TOKENS));
        }
        TokenRows rows = TokenRows.NONE;
        for (Map.Entry<String, JsonNode> entry : value.properties()) {
            String name = entry.getKey();
            if (!rows.none() || !EMBEDDINGS.contains(name.substring(name.lastIndexOf('.') + 1))) {
                throw new UnsupportedAdapterException(
                        TOKENS + " of " + name + " is not supported: only those of the one token embedding are");
            }
            rows = new TokenRows(PeftFields.integers(entry.getValue(), TOKENS));
        }
        return rows;
    }

    private static LoraTask.Type task(JsonNode root) throws UnsupportedAdapterException {
        String name = root.hasNonNull("task_type") ? root.path("task_type").asText() : LoraTask.Type.CAUSAL_LM.name();
        for (LoraTask.Type type : LoraTask.Type.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new UnsupportedAdapterException(
                "task_type " + name + " is not supported: only " + Arrays.toString(LoraTask.Type.values()) + " are");
    }

    private static void refuseUnsupported(JsonNode root) throws UnsupportedAdapterException {
        Set<String> known = new HashSet<>(KNOWN);
        known.addAll(WITHOUT_EFFECT);
        PeftFields.refuseOthers(root, known);
        String start = root.path("init_lora_weights").asText("true");
        if (!STARTS.contains(start.toLowerCase(Locale.ROOT))) {
            throw new UnsupportedAdapterException("init_lora_weights = " + start
                    + " changes the base's weights at the start: save the adapter converted to plain LoRA"
                    + " (path_initial_model_for_weight_conversion)");
        }
    }

    static ObjectNode json(LoraConfig config) {
        ObjectNode root = PeftFields.object("LORA", config.origin());
        LoraScaling scaling = config.scaling();
        ObjectNode alphas = root.putObject("alpha_pattern");
        scaling.alphaPattern().forEach((key, value) -> PeftFields.putNumber(alphas, key, value));
        root.put(BIAS, config.form().biases().text());
        root.put("fan_in_fan_out", config.task().fanInFanOut());
        root.put("init_lora_weights", true);
        PeftFields.putNumber(root, "lora_alpha", scaling.alpha());
        if (config.form().start().shifted()) {
            root.put(START, config.form().start().text());
        }
        root.put("lora_bias", config.form().bias());
        root.put("lora_dropout", config.dropout());
        root.set(
                "modules_to_save",
                PeftFields.list(JSON.valueToTree(config.form().saved().names())));
        root.put("r", scaling.rank());
        root.set("rank_pattern", JSON.valueToTree(scaling.rankPattern()));
        PeftFields.put(root, config.modules());
        root.put("task_type", config.task().type().name());
        if (!config.form().rows().none()) {
            root.set(TOKENS, JSON.valueToTree(config.form().rows().tokens()));
        }
        root.put("use_dora", config.form().dora());
        root.put("use_rslora", scaling.rankStabilised());
        return root;
    }
}
