package dev.lorikeet.engine.method.full;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.PeftFields;
import java.io.IOException;
import java.util.Set;

/** {@code peft_type} FULL, which PEFT does not have. */
public final class FullFormat implements AdapterFormat {
    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals("FULL");
    }

    @Override
    public FullConfig read(JsonNode root) throws IOException {
        PeftFields.refuseOthers(root, Set.of("task_type"));
        return new FullConfig(PeftFields.origin(root));
    }

    static ObjectNode json(FullConfig config) {
        ObjectNode root = PeftFields.object("FULL", config.origin());
        root.put("task_type", "CAUSAL_LM");
        return root;
    }
}
