package dev.lorikeet.engine.method.bitfit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.PeftFields;
import java.io.IOException;
import java.util.Set;

/** {@code peft_type} BITFIT, which PEFT does not have. */
public final class BitFitFormat implements AdapterFormat {
    private static final Set<String> KNOWN =
            Set.of("task_type", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern");

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals("BITFIT");
    }

    @Override
    public BitFitConfig read(JsonNode root) throws IOException {
        PeftFields.refuseOthers(root, KNOWN);
        return new BitFitConfig(PeftFields.selection(root), PeftFields.origin(root));
    }

    static ObjectNode json(BitFitConfig config) {
        ObjectNode root = PeftFields.object("BITFIT", config.origin());
        PeftFields.put(root, config.modules());
        root.put("task_type", "CAUSAL_LM");
        return root;
    }
}
