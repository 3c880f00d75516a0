package dev.lorikeet.engine.weights;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** GGUF's tensor names of the Llama family in Hugging Face's words. Source: gguf-py's tensor mapping. */
final class GgufNames {
    private static final Map<String, String> WHOLE = Map.of(
            "token_embd", "model.embed_tokens",
            "output_norm", "model.norm",
            "output", "lm_head");
    private static final Map<String, String> BLOCK = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_norm", "post_attention_layernorm",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");
    private static final Pattern NAME = Pattern.compile("(?:blk\\.([0-9]{1,5})\\.)?([a-z_]+)\\.(weight|bias)");

    private GgufNames() {}

    /** The Hugging Face name, or empty if the tensor is none of the family's. */
    static Optional<String> huggingFace(String gguf) {
        var matcher = NAME.matcher(gguf);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var layer = matcher.group(1);
        var module = layer == null ? WHOLE.get(matcher.group(2)) : BLOCK.get(matcher.group(2));
        if (module == null) {
            return Optional.empty();
        }
        var prefix = layer == null ? "" : "model.layers." + layer + ".";
        return Optional.of(prefix + module + "." + matcher.group(3));
    }

    /** Whether llama.cpp reorders this tensor's rows within each query head. */
    static boolean queryRows(String gguf) {
        return gguf.endsWith(".attn_q.weight") || gguf.endsWith(".attn_q.bias");
    }

    /** Whether llama.cpp reorders this tensor's rows within each key head. */
    static boolean keyRows(String gguf) {
        return gguf.endsWith(".attn_k.weight") || gguf.endsWith(".attn_k.bias");
    }
}
