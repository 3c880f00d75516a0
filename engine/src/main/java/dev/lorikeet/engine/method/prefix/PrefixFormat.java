package dev.lorikeet.engine.method.prefix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import dev.lorikeet.engine.method.prompt.VirtualTokens;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** {@code peft_type} PREFIX_TUNING. */
public final class PrefixFormat implements AdapterFormat {
    private static final String TYPE = "PREFIX_TUNING";
    private static final String PROJECTION = "prefix_projection";
    private static final String HIDDEN = "encoder_hidden_size";
    private static final String START = "init_weights";
    private static final String ZERO = "zero";

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals(TYPE);
    }

    @Override
    public PrefixConfig read(JsonNode root) throws IOException {
        Set<String> known = new HashSet<>(VirtualTokens.FIELDS);
        known.addAll(Set.of(PROJECTION, HIDDEN, START));
        PeftFields.refuseOthers(root, known);
        String start = PeftFields.text(root, START);
        if (start != null && !start.equals(ZERO)) {
            throw new UnsupportedAdapterException(START + " = " + start + " is not supported: only " + ZERO + " is");
        }
        return new PrefixConfig(
                VirtualTokens.read(root),
                new PrefixConfig.Projection(PeftFields.flag(root, PROJECTION), PeftFields.integer(root, HIDDEN, 0)),
                start != null,
                PeftFields.origin(root));
    }

    static ObjectNode json(PrefixConfig config) {
        ObjectNode root = PeftFields.object(TYPE, config.origin());
        config.tokens().put(root);
        int hidden = config.projection().hidden();
        root.put(HIDDEN, hidden == 0 ? null : (Integer) hidden);
        root.put(START, config.zero() ? ZERO : null);
        root.put(PROJECTION, config.projection().used());
        return root;
    }
}
