package dev.lorikeet.engine.method.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.PeftFields;
import java.io.IOException;
import java.util.Set;

/** {@code peft_type} TRAINABLE_TOKENS. */
public final class TokensFormat implements AdapterFormat {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TYPE = "TRAINABLE_TOKENS";
    private static final String TOKENS = "token_indices";
    private static final String TARGET = "target_modules";
    private static final String START = "init_weights";

    @Override
    public boolean claims(JsonNode config) {
        return config.path("peft_type").asText().equals(TYPE);
    }

    @Override
    public TokensConfig read(JsonNode root) throws IOException {
        PeftFields.refuseOthers(root, Set.of("task_type", TOKENS, TARGET, START));
        return new TokensConfig(
                new TokenRows(PeftFields.integers(root.path(TOKENS), TOKENS)),
                PeftFields.modules(root, TARGET),
                PeftFields.origin(root));
    }

    static ObjectNode json(TokensConfig config) {
        ObjectNode root = PeftFields.object(TYPE, config.origin());
        root.put(START, true);
        root.set(TARGET, PeftFields.modules(config.target()));
        root.put("task_type", "CAUSAL_LM");
        root.set(TOKENS, JSON.valueToTree(config.rows().tokens()));
        return root;
    }
}
