package dev.lorikeet.engine.method.moe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import java.io.IOException;
import java.util.Set;

/**
 * {@code peft_type} MOE_LORA, a format of our own in PEFT's manner. Settings: {@code num_experts} (E), {@code top_k},
 * {@code router_aux_loss_coef}, {@code r} (of one expert), {@code lora_alpha}, {@code lora_dropout}, and LoRA's selection
 * of modules. Tensors of each module: {@code base_model.model.<module>.lora_A.weight} (E * r, inputs), expert behind
 * expert; {@code .lora_B.weight} (outputs, E * r), its columns in the same order; {@code .lora_router.weight} (E, inputs).
 */
public final class MoeFormat implements AdapterFormat {
    private static final String TYPE = "MOE_LORA";
    private static final String EXPERTS = "num_experts";
    private static final String KEPT = "top_k";
    private static final String BALANCE = "router_aux_loss_coef";
    private static final String RANK = "r";
    private static final String ALPHA = "lora_alpha";
    private static final String DROPOUT = "lora_dropout";
    private static final Set<String> KNOWN = Set.of(
            "task_type",
            EXPERTS,
            KEPT,
            BALANCE,
            RANK,
            ALPHA,
            DROPOUT,
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "layers_pattern");

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals(TYPE);
    }

    @Override
    public MoeConfig read(JsonNode root) throws IOException {
        PeftFields.refuseOthers(root, KNOWN);
        if (!root.hasNonNull(EXPERTS)) {
            throw new InvalidAdapterException("adapter_config.json has no " + EXPERTS);
        }
        return new MoeConfig(
                new MoeConfig.Experts(
                        PeftFields.integer(root, EXPERTS, 0),
                        PeftFields.integer(root, KEPT, 2),
                        PeftFields.number(root, BALANCE, 0.001)),
                PeftFields.integer(root, RANK, 8),
                PeftFields.number(root, ALPHA, 8),
                PeftFields.selection(root),
                PeftFields.number(root, DROPOUT, 0),
                PeftFields.origin(root));
    }

    static ObjectNode json(MoeConfig config) {
        ObjectNode root = PeftFields.object(TYPE, config.origin());
        PeftFields.putNumber(root, ALPHA, config.alpha());
        root.put(DROPOUT, config.dropout());
        root.put(EXPERTS, config.experts().count());
        root.put(RANK, config.rank());
        root.put(BALANCE, config.experts().balance());
        PeftFields.put(root, config.modules());
        root.put("task_type", "CAUSAL_LM");
        root.put(KEPT, config.experts().kept());
        return root;
    }
}
