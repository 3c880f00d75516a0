package dev.lorikeet.engine.model;

import dev.lorikeet.engine.model.Blueprint.Activation;
import dev.lorikeet.engine.model.Blueprint.Embeddings;
import dev.lorikeet.engine.model.Blueprint.NormKind;
import dev.lorikeet.engine.model.Blueprint.Norms;
import dev.lorikeet.engine.model.Blueprint.Style;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The families' descriptions. Source: transformers' modeling files of the same names. */
final class Blueprints {
    /** Also Mistral's and Qwen2's, whose windows and biases are settings of a model. */
    static final Blueprint LLAMA = llama(null, null);

    /** Llama with a norm on each query and key head. */
    static final Blueprint QWEN3 = llama("self_attn.q_norm", "self_attn.k_norm");

    static final Blueprint GPT2 = new Blueprint(
            "transformer.h.",
            new Embeddings("transformer.wte", "transformer.wpe"),
            Map.of(
                    Group.ATTENTION_IN, List.of("attn.c_attn"),
                    Group.ATTENTION_OUT, List.of("attn.c_proj"),
                    Group.FEED_FORWARD_IN, List.of("mlp.c_fc"),
                    Group.FEED_FORWARD_OUT, List.of("mlp.c_proj"),
                    Group.HEAD, List.of("lm_head")),
            new Norms(NormKind.LAYER, "ln_1", "ln_2", "transformer.ln_f", null, null),
            new Style(Activation.GELU_TANH, false, true));

    private Blueprints() {}

    private static Blueprint llama(@Nullable String queryNorm, @Nullable String keyNorm) {
        return new Blueprint(
                "model.layers.",
                new Embeddings("model.embed_tokens", null),
                Map.of(
                        Group.ATTENTION_IN, List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
                        Group.ATTENTION_OUT, List.of("self_attn.o_proj"),
                        Group.FEED_FORWARD_IN, List.of("mlp.gate_proj", "mlp.up_proj"),
                        Group.FEED_FORWARD_OUT, List.of("mlp.down_proj"),
                        Group.HEAD, List.of("lm_head")),
                new Norms(
                        NormKind.ROOT_MEAN_SQUARE,
                        "input_layernorm",
                        "post_attention_layernorm",
                        "model.norm",
                        queryNorm,
                        keyNorm),
                new Style(Activation.SILU, true, false));
    }
}
