package dev.lorikeet.engine.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The config.json of a {@link RandomModel}. */
final class RandomConfig {
    private static final int MISTRAL_WINDOW = 32;
    private static final int LABELS = 2;
    private static final int ROBERTA_PADDING = 1;

    private RandomConfig() {}

    static Map<String, Object> of(Family family, Dimensions dimensions) {
        Map<String, Object> config = switch (family) {
            case LLAMA, QWEN2, QWEN3, MISTRAL -> llama(family, dimensions);
            case GPT2 -> gpt2(dimensions);
            case BERT, ROBERTA -> bert(family, dimensions);
        };
        config.put("bos_token_id", 1);
        config.put("eos_token_id", 2);
        config.put("dtype", "float32");
        return config;
    }

    private static Map<String, Object> named(String architecture, Family family, Dimensions dimensions) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(architecture));
        config.put("model_type", family.modelType());
        config.put("vocab_size", dimensions.vocabularySize());
        return config;
    }

    private static Map<String, Object> llama(Family family, Dimensions dimensions) {
        String architecture = switch (family) {
            case QWEN2 -> "Qwen2ForCausalLM";
            case QWEN3 -> "Qwen3ForCausalLM";
            case MISTRAL -> "MistralForCausalLM";
            case LLAMA, GPT2, BERT, ROBERTA -> "LlamaForCausalLM";
        };
        Map<String, Object> config = named(architecture, family, dimensions);
        config.put("hidden_size", dimensions.hiddenSize());
        config.put("num_hidden_layers", dimensions.layers());
        config.put("num_attention_heads", dimensions.attention().heads());
        config.put("num_key_value_heads", dimensions.attention().keyValueHeads());
        config.put("head_dim", dimensions.attention().headSize());
        config.put("intermediate_size", dimensions.intermediateSize());
        config.put("max_position_embeddings", dimensions.contextLength());
        config.put("rms_norm_eps", 1e-5);
        config.put("rope_theta", 10000.0);
        config.put("hidden_act", "silu");
        config.put("attention_bias", false);
        config.put("mlp_bias", false);
        if (family == Family.MISTRAL) {
            config.put("sliding_window", MISTRAL_WINDOW);
        }
        config.put("tie_word_embeddings", true);
        return config;
    }

    private static Map<String, Object> gpt2(Dimensions dimensions) {
        Map<String, Object> config = named("GPT2LMHeadModel", Family.GPT2, dimensions);
        config.put("n_embd", dimensions.hiddenSize());
        config.put("n_layer", dimensions.layers());
        config.put("n_head", dimensions.attention().heads());
        config.put("n_inner", dimensions.intermediateSize());
        config.put("n_positions", dimensions.contextLength());
        config.put("layer_norm_epsilon", 1e-5);
        config.put("activation_function", "gelu_new");
        config.put("tie_word_embeddings", true);
        return config;
    }

    private static Map<String, Object> bert(Family family, Dimensions dimensions) {
        boolean roberta = family == Family.ROBERTA;
        Map<String, Object> config = named(
                roberta ? "RobertaForSequenceClassification" : "BertForSequenceClassification", family, dimensions);
        config.put("hidden_size", dimensions.hiddenSize());
        config.put("num_hidden_layers", dimensions.layers());
        config.put("num_attention_heads", dimensions.attention().heads());
        config.put("intermediate_size", dimensions.intermediateSize());
        config.put("pad_token_id", roberta ? ROBERTA_PADDING : 0);
        config.put("max_position_embeddings", dimensions.contextLength() + (roberta ? ROBERTA_PADDING + 1 : 0));
        config.put("type_vocab_size", roberta ? 1 : 2);
        config.put("layer_norm_eps", 1e-5);
        config.put("hidden_act", "gelu");
        Map<String, String> labels = new LinkedHashMap<>();
        for (int label = 0; label < LABELS; label++) {
            labels.put(Integer.toString(label), "LABEL_" + label);
        }
        config.put("id2label", labels);
        return config;
    }
}
