package dev.lorikeet.engine.weights;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** GGUF's tensor names in Hugging Face's words. Source: gguf-py's tensor mapping. */
final class GgufNames {
    /** Names of a family: of the whole, of a layer's parts, and what stands before a layer's number. */
    private record Names(Map<String, String> whole, Map<String, String> block, String layers) {}

    private static final Names LLAMA = new Names(
            Map.of(
                    "token_embd", "model.embed_tokens",
                    "output_norm", "model.norm",
                    "output", "lm_head"),
            Map.ofEntries(
                    Map.entry("attn_norm", "input_layernorm"),
                    Map.entry("attn_q", "self_attn.q_proj"),
                    Map.entry("attn_k", "self_attn.k_proj"),
                    Map.entry("attn_v", "self_attn.v_proj"),
                    Map.entry("attn_q_norm", "self_attn.q_norm"),
                    Map.entry("attn_k_norm", "self_attn.k_norm"),
                    Map.entry("attn_output", "self_attn.o_proj"),
                    Map.entry("ffn_norm", "post_attention_layernorm"),
                    Map.entry("ffn_gate", "mlp.gate_proj"),
                    Map.entry("ffn_up", "mlp.up_proj"),
                    Map.entry("ffn_down", "mlp.down_proj")),
            "model.layers.");
    private static final Names GPT2 = new Names(
            Map.of(
                    "token_embd", "transformer.wte",
                    "position_embd", "transformer.wpe",
                    "output_norm", "transformer.ln_f",
                    "output", "lm_head"),
            Map.of(
                    "attn_norm", "ln_1",
                    "attn_qkv", "attn.c_attn",
                    "attn_output", "attn.c_proj",
                    "ffn_norm", "ln_2",
                    "ffn_up", "mlp.c_fc",
                    "ffn_down", "mlp.c_proj"),
            "transformer.h.");
    private static final Pattern NAME = Pattern.compile("(?:blk\\.([0-9]{1,5})\\.)?([a-z_]+)\\.(weight|bias)");

    private GgufNames() {}

    /** The Hugging Face name, or empty if the tensor is none of the architecture's. */
    static Optional<String> huggingFace(String architecture, String gguf) {
        var names = architecture.equals("gpt2") ? GPT2 : LLAMA;
        var matcher = NAME.matcher(gguf);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var layer = matcher.group(1);
        var module = layer == null
                ? names.whole().get(matcher.group(2))
                : names.block().get(matcher.group(2));
        if (module == null) {
            return Optional.empty();
        }
        var prefix = layer == null ? "" : names.layers() + layer + ".";
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
