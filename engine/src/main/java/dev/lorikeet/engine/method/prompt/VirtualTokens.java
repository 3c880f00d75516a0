package dev.lorikeet.engine.method.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorikeet.engine.adapter.InvalidAdapterException;
import dev.lorikeet.engine.adapter.PeftFields;
import dev.lorikeet.engine.adapter.UnsupportedAdapterException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Virtual tokens as PEFT's prompt-learning configurations count them.
 *
 * @param count how many stand before the text
 * @param shape of the model that they are for, or null where the file leaves it open
 */
public record VirtualTokens(int count, @Nullable Shape shape) {
    /** More are mistakes or attacks: no model's context leaves room for a text behind them. */
    private static final int MOST = 1 << 16;

    private static final String LAYERS = "num_layers";
    private static final String HEADS = "num_attention_heads";
    private static final String WIDTH = "token_dim";

    /** The fields that {@link #read} reads, and the task. */
    public static final Set<String> FIELDS =
            Set.of("task_type", "num_virtual_tokens", "num_transformer_submodules", LAYERS, HEADS, WIDTH);

    /**
     * Sizes of a model.
     *
     * @param layers blocks
     * @param heads attention heads (key and value heads where keys and values are stored)
     * @param width of one token's vector (of its keys in one layer where keys are stored)
     */
    public record Shape(int layers, int heads, int width) {}

    public VirtualTokens {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("num_virtual_tokens must be 1 to " + MOST + ", not " + count);
        }
    }

    /** For any model. */
    public static VirtualTokens of(int count) {
        return new VirtualTokens(count, null);
    }

    /** The same for a model. */
    public VirtualTokens with(Shape of) {
        return new VirtualTokens(count, of);
    }

    /**
     * Checks what model they are for.
     *
     * @throws IllegalArgumentException if it is one of another shape
     */
    public void requireFor(Shape model) {
        if (shape != null && !shape.equals(model)) {
            throw new IllegalArgumentException("the virtual tokens are for a model of " + shape + ", not of " + model);
        }
    }

    /**
     * Reads the fields.
     *
     * @throws UnsupportedAdapterException if it is for another task or for an encoder beside the decoder
     * @throws InvalidAdapterException if a field is malformed
     */
    public static VirtualTokens read(JsonNode root) throws UnsupportedAdapterException, InvalidAdapterException {
        String task = root.path("task_type").asText("CAUSAL_LM");
        if (root.hasNonNull("task_type") && !task.equals("CAUSAL_LM")) {
            throw new UnsupportedAdapterException("task_type " + task + " is not supported: only CAUSAL_LM is");
        }
        int submodules = PeftFields.integer(root, "num_transformer_submodules", 1);
        if (submodules != 1) {
            throw new UnsupportedAdapterException(
                    "num_transformer_submodules = " + submodules + " is not supported: only 1 is");
        }
        if (!root.hasNonNull("num_virtual_tokens")) {
            throw new InvalidAdapterException("adapter_config.json has no num_virtual_tokens");
        }
        int count = PeftFields.integer(root, "num_virtual_tokens", 0);
        boolean shaped = root.hasNonNull(LAYERS) && root.hasNonNull(HEADS) && root.hasNonNull(WIDTH);
        return new VirtualTokens(
                count,
                shaped
                        ? new Shape(
                                PeftFields.integer(root, LAYERS, 0),
                                PeftFields.integer(root, HEADS, 0),
                                PeftFields.integer(root, WIDTH, 0))
                        : null);
    }

    /** Writes the fields; what is open is null, which PEFT fills from the model. */
    public void put(ObjectNode root) {
        root.putNull("modules_to_save");
        root.put(HEADS, shape == null ? null : (Integer) shape.heads());
        root.put(LAYERS, shape == null ? null : (Integer) shape.layers());
        root.put("num_transformer_submodules", 1);
        root.put("num_virtual_tokens", count);
        root.put("task_type", "CAUSAL_LM");
        root.put(WIDTH, shape == null ? null : (Integer) shape.width());
    }
}
