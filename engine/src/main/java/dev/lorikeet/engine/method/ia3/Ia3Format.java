package dev.lorikeet.engine.method.ia3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.ModuleSelection;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.TargetModules;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code peft_type} IA3. */
public final class Ia3Format implements AdapterFormat {
    /** The layout of a layer's matrix and the initialisation have no meaning for a vector that is read. */
    private static final Set<String> KNOWN =
            Set.of("target_modules", "exclude_modules", "feedforward_modules", "fan_in_fan_out", "init_ia3_weights");

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals("IA3");
    }

    @Override
    public Ia3Config read(JsonNode root) throws IOException {
        Set<String> known = new HashSet<>(KNOWN);
        if (root.path("task_type").asText("CAUSAL_LM").equals("CAUSAL_LM")) {
            known.add("task_type");
        }
        PeftFields.refuseOthers(root, known);
        ModuleSelection selection = PeftFields.selection(root);
        TargetModules feedForward = PeftFields.modules(root, "feedforward_modules");
        if (feedForward instanceof TargetModules.Names(List<String> inner)
                && selection.targets() instanceof TargetModules.Names(List<String> all)
                && !all.containsAll(inner)) {
            throw new InvalidAdapterException(
                    "feedforward_modules " + inner + " are not all among target_modules " + all);
        }
        return new Ia3Config(selection, feedForward, PeftFields.origin(root));
    }

    static ObjectNode json(Ia3Config config) {
        ObjectNode root = PeftFields.object("IA3", config.origin());
        root.set("exclude_modules", PeftFields.modules(config.modules().excluded()));
        root.put("fan_in_fan_out", false);
        root.set("feedforward_modules", PeftFields.modules(config.feedForward()));
        root.put("init_ia3_weights", true);
        root.putNull("modules_to_save");
        root.set("target_modules", PeftFields.modules(config.modules().targets()));
        root.put("task_type", "CAUSAL_LM");
        return root;
    }
}
