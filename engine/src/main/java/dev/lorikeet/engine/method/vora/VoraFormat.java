package dev.lorikeet.engine.method.vora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.image.Grid;
import dev.lorikeet.engine.method.lora.LoraConfig;
import dev.lorikeet.engine.method.lora.LoraFormat;
import java.io.IOException;
import java.util.Set;

/**
 * {@code peft_type} VORA, a format of our own in PEFT's manner: LoRA's settings and tensors, and {@code image_size} (the
 * side of the square that a picture is brought to, in pixels) and {@code patch_size} (that of a patch) with the tensors
 * {@code base_model.model.vision_embedding.patch.weight} (hidden, 3 * patch * patch: channel, row, column, values of -1 to
 * 1), {@code .patch.bias} (hidden) and {@code .position.weight} (patches, hidden), patches row by row. Without
 * {@code target_modules} there is no LoRA: it was merged into the model.
 */
public final class VoraFormat implements AdapterFormat {
    private static final String TYPE = "VORA";
    private static final String SIDE = "image_size";
    private static final String PATCH = "patch_size";
    private static final String TARGETS = "target_modules";

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals(TYPE);
    }

    @Override
    public VoraConfig read(JsonNode root) throws IOException {
        for (String size : Set.of(SIDE, PATCH)) {
            if (!root.hasNonNull(size)) {
                throw new InvalidAdapterException("adapter_config.json has no " + size);
            }
        }
        Grid grid = new Grid(PeftFields.integer(root, SIDE, 0), PeftFields.integer(root, PATCH, 0));
        ObjectNode rest = root.deepCopy();
        rest.remove(Set.of(SIDE, PATCH));
        JsonNode targets = root.path(TARGETS);
        if (targets.isMissingNode() || targets.isNull() || (targets.isContainerNode() && targets.isEmpty())) {
            PeftFields.refuseOthers(rest, Set.of("task_type"));
            return new VoraConfig(grid, null, PeftFields.origin(root));
        }
        return new VoraConfig(grid, new LoraFormat().read(rest), PeftFields.origin(root));
    }

    static ObjectNode json(VoraConfig config) {
        LoraConfig lora = config.lora();
        ObjectNode root = PeftFields.object(TYPE, config.origin());
        if (lora == null) {
            root.putNull(TARGETS);
            root.put("task_type", "CAUSAL_LM");
        } else {
            root = lora.withOrigin(config.origin()).json();
            root.put("peft_type", TYPE);
        }
        root.put(SIDE, config.grid().side());
        root.put(PATCH, config.grid().patch());
        return root;
    }
}
