package dev.lorikeet.engine.method.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.AdapterFormat;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code peft_type} PROMPT_TUNING and P_TUNING. */
public final class PromptFormat implements AdapterFormat {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DIRECT = "PROMPT_TUNING";
    private static final String ENCODED = "P_TUNING";
    private static final String START = "prompt_tuning_init";
    private static final String TEXT = "prompt_tuning_init_text";
    /** Our own, in checkpoints alone: the text's ids, so that a run needs no tokenizer to go on. */
    private static final String TEXT_TOKENS = "prompt_tuning_init_tokens";

    private static final String HIDDEN = "encoder_hidden_size";
    private static final String LAYERS = "encoder_num_layers";
    private static final String DROPOUT = "encoder_dropout";
    private static final String NETWORK = "encoder_reparameterization_type";

    private static final Set<String> OF_DIRECT =
            Set.of(START, TEXT, TEXT_TOKENS, "tokenizer_name_or_path", "tokenizer_kwargs");
    private static final Set<String> OF_ENCODED = Set.of(HIDDEN, LAYERS, DROPOUT, NETWORK);

    @Override
    public boolean claims(JsonNode config) {
        String type = config.path("peft_type").asText();
        return type.equals(DIRECT) || type.equals(ENCODED);
    }

    @Override
    public PromptConfig read(JsonNode root) throws IOException {
        boolean direct = root.path("peft_type").asText().equals(DIRECT);
        Set<String> known = new HashSet<>(VirtualTokens.FIELDS);
        known.addAll(direct ? OF_DIRECT : OF_ENCODED);
        PeftFields.refuseOthers(root, known);
        return new PromptConfig(
                VirtualTokens.read(root),
                direct ? new PromptConfig.Way.Direct(start(root)) : encoded(root),
                PeftFields.origin(root));
    }

    private static PromptStart start(JsonNode root) throws InvalidAdapterException {
        String name = root.path(START).asText("RANDOM");
        return switch (name) {
            case "RANDOM" -> new PromptStart.Random();
            case "SAMPLE_VOCAB" -> new PromptStart.Vocabulary();
            case "TEXT" -> {
                List<Integer> tokens = PeftFields.integers(root.path(TEXT_TOKENS), TEXT_TOKENS);
                // PEFT's files do not say which tokens it were; nobody asks once the adapter is trained.
                yield tokens.isEmpty()
                        ? new PromptStart.Vocabulary()
                        : new PromptStart.Text(root.path(TEXT).asText(), tokens);
            }
            default -> throw new InvalidAdapterException(START + " is " + name + ", not RANDOM, SAMPLE_VOCAB or TEXT");
        };
    }

    private static PromptConfig.Way.Encoded encoded(JsonNode root) throws InvalidAdapterException {
        String name = root.path(NETWORK).asText("MLP");
        PromptConfig.Network network = switch (name) {
            case "MLP" -> PromptConfig.Network.MLP;
            case "LSTM" -> PromptConfig.Network.LSTM;
            default -> throw new InvalidAdapterException(NETWORK + " is " + name + ", not MLP or LSTM");
        };
        return new PromptConfig.Way.Encoded(
                network,
                PeftFields.integer(root, HIDDEN, 0),
                PeftFields.integer(root, LAYERS, 2),
                PeftFields.number(root, DROPOUT, 0));
    }

    static ObjectNode json(PromptConfig config) {
        return switch (config.way()) {
            case PromptConfig.Way.Direct(PromptStart start) -> {
                ObjectNode root = PeftFields.object(DIRECT, config.origin());
                config.tokens().put(root);
                put(root, start);
                root.putNull("tokenizer_kwargs");
                yield root;
            }
            case PromptConfig.Way.Encoded encoded -> {
                ObjectNode root = PeftFields.object(ENCODED, config.origin());
                config.tokens().put(root);
                root.put(DROPOUT, encoded.dropout());
                root.put(HIDDEN, encoded.hidden() == 0 ? null : (Integer) encoded.hidden());
                root.put(LAYERS, encoded.layers());
                root.put(NETWORK, encoded.kind().name());
                yield root;
            }
        };
    }

    private static void put(ObjectNode root, PromptStart start) {
        switch (start) {
            case PromptStart.Random random -> root.put(START, "RANDOM");
            case PromptStart.Vocabulary vocabulary -> root.put(START, "SAMPLE_VOCAB");
            case PromptStart.Text(String text, List<Integer> tokens) -> {
                root.put(START, "TEXT");
                root.put(TEXT, text);
                root.set(TEXT_TOKENS, JSON.valueToTree(tokens));
            }
        }
    }
}
