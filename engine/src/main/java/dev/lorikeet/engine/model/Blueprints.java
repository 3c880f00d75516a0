package dev.lorikeet.engine.model;

import dev.lorikeet.engine.model.Blueprint.Activation;
import dev.lorikeet.engine.model.Blueprint.Classifier;
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
            new Embeddings("transformer.wte", "transformer.wpe", null),
            Map.of(
                    Group.ATTENTION_IN, List.of("attn.c_attn"),
                    Group.ATTENTION_OUT, List.of("attn.c_proj"),
                    Group.FEED_FORWARD_IN, List.of("mlp.c_fc"),
                    Group.FEED_FORWARD_OUT, List.of("mlp.c_proj"),
                    Group.HEAD, List.of("lm_head")),
            new Norms(NormKind.LAYER, "ln_1", "ln_2", "transformer.ln_f", null, null),
            new Style(Activation.GELU_TANH, false, true, null));

    static final Blueprint BERT = bert("bert.", new Classifier("bert.pooler.dense", "classifier"));

    static final Blueprint ROBERTA = bert("roberta.", new Classifier("classifier.dense", "classifier.out_proj"));

    private Blueprints() {}

    private static Blueprint bert(String root, Classifier classifier) {
        return new Blueprint(
                root + "encoder.layer.",
                new Embeddings(
                        root + "embeddings.word_embeddings",
                        root + "embeddings.position_embeddings",
                        root + "embeddings.token_type_embeddings"),
                Map.of(
                        Group.ATTENTION_IN,
                        List.of("attention.self.query", "attention.self.key", "attention.self.value"),
                        Group.ATTENTION_OUT,
                        List.of("attention.output.dense"),
                        Group.FEED_FORWARD_IN,
                        List.of("intermediate.dense"),
                        Group.FEED_FORWARD_OUT,
                        List.of("output.dense"),
                        Group.HEAD,
                        List.of()),
                new Norms(
                        NormKind.LAYER,
                        "attention.output.LayerNorm",
                        "output.LayerNorm",
                        root + "embeddings.LayerNorm",
                        null,
                        null),
                new Style(Activation.GELU, false, false, classifier));
    }

    private static Blueprint llama(@Nullable String queryNorm, @Nullable String keyNorm) {
        return new Blueprint(
                "model.layers.",
                new Embeddings("model.embed_tokens", null, null),
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
                new Style(Activation.SILU, true, false, null));
    }
}
