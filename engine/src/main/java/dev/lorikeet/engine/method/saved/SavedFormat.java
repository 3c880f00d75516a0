package dev.lorikeet.engine.method.saved;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterConfig;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.SavedModules;
import java.io.IOException;
import java.util.Set;

/**
 * {@code peft_type} IA3 and ADALORA with {@code modules_to_save}; LoRA's format knows them itself, and a classifier's comes
 * before this one.
 */
public final class SavedFormat implements AdapterFormat {
    private static final Set<String> TYPES = Set.of("IA3", "ADALORA");
    private static final String SAVED = "modules_to_save";

    @Override
    public boolean claims(JsonNode config) {
        return TYPES.contains(config.path("peft_type").asText())
                && !config.path(SAVED).isEmpty();
    }

    @Override
    public SavedConfig read(JsonNode root) throws IOException {
        ObjectNode rest = root.deepCopy();
        rest.remove(SAVED);
        SavedModules saved = new SavedModules(PeftFields.strings(root.path(SAVED), SAVED));
        return new SavedConfig(AdapterConfig.read(rest), saved);
    }

    static ObjectNode json(SavedConfig config) {
        ObjectNode root = config.inner().json();
        ArrayNode names = root.putArray(SAVED);
        config.saved().names().forEach(names::add);
        return root;
    }
}
