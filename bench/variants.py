"""Further reference cases for reference.py: shapes and settings that are seldom met, one or two each.

Models by name; adapters by model and name; trainings by model and name, each with its method, configuration, and batches
a step.
"""

import peft
import transformers as hf

from shapes import GPT2, LINEAR, VOCABULARY

CAUSAL = {"task_type": "CAUSAL_LM"}
LABELS = {"task_type": "SEQ_CLS"}
# Tokens of their own: so many that texts surely hold some.
MANY = list(range(3, 60))


def families(choose):
    """Heads that share nothing or everything, odd sizes, biases, windows, scaled positions."""
    size = 2 * choose([5, 7, 9])
    odd = choose([5, 7, 13])
    shape = {
        "vocab_size": VOCABULARY,
        "intermediate_size": 4 * choose([11, 15, 22]),
        "num_hidden_layers": choose([2, 3]),
        "max_position_embeddings": 128,
    }

    def decoder(heads, groups):
        return {**shape, "hidden_size": heads * size, "num_attention_heads": heads, "num_key_value_heads": groups,
                "bos_token_id": 1, "eos_token_id": 2}

    linear = {"rope_type": "linear", "rope_theta": 10000.0, "factor": choose([2.0, 4.0])}
    gpt2 = {"vocab_size": VOCABULARY, "n_layer": 2, "n_positions": 64, "bos_token_id": 1, "eos_token_id": 2,
            "resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
    encoder = {**shape, "num_attention_heads": 3, "hidden_size": 3 * odd, "max_position_embeddings": 40}
    return {
        "llama_full": hf.LlamaConfig(**decoder(5, 5)),
        "llama_biased": hf.LlamaConfig(**decoder(2, 1), attention_bias=True, mlp_bias=True, rope_parameters=linear),
        "llama_single": hf.LlamaConfig(**decoder(6, 1), head_dim=10, tie_word_embeddings=True),
        "qwen2_window": hf.Qwen2Config(
            **decoder(4, 2), use_sliding_window=True, sliding_window=choose([5, 7]), max_window_layers=1),
        "qwen2_unused": hf.Qwen2Config(
            **decoder(4, 4), use_sliding_window=False, sliding_window=5, max_window_layers=1, tie_word_embeddings=True),
        "qwen3_tied": hf.Qwen3Config(**decoder(4, 2), head_dim=22, attention_bias=True, tie_word_embeddings=True),
        "mistral_open": hf.MistralConfig(**decoder(4, 2), sliding_window=None),
        "mistral_tied": hf.MistralConfig(**decoder(4, 1), sliding_window=5, head_dim=18, tie_word_embeddings=True),
        "gpt2_odd": hf.GPT2Config(**gpt2, n_embd=3 * odd, n_head=3, n_inner=70),
        "gpt2_untied": hf.GPT2Config(**gpt2, n_embd=8 * odd, n_head=8, tie_word_embeddings=False),
        "roberta_odd": hf.RobertaConfig(**encoder, num_labels=4, pad_token_id=1, type_vocab_size=2),
        "bert_odd": hf.BertConfig(**encoder, num_labels=1, pad_token_id=0, type_vocab_size=3, layer_norm_eps=1e-5),
    }


def adapters(choose):
    rank = choose([3, 4, 6])
    lora = peft.LoraConfig

    def on(targets=LINEAR, **settings):
        return lora(**{**CAUSAL, "r": rank, "lora_alpha": choose([3, 8]), "target_modules": targets, **settings})

    def gpt2(targets=GPT2, **settings):
        return on(targets, **{"fan_in_fan_out": True, **settings})

    def labels(targets, **settings):
        return lora(**LABELS, r=rank, target_modules=targets, **settings)

    def ranks(targets=LINEAR, **settings):
        return peft.AdaLoraConfig(**CAUSAL, init_r=rank + 2, target_r=rank, target_modules=targets, total_step=100,
                                  tinit=10, tfinal=20, deltaT=5, **settings)

    tokens = {**CAUSAL, "num_virtual_tokens": choose([1, 4, 7])}
    prefix = peft.PrefixTuningConfig
    encoded = peft.PromptEncoderConfig
    return {
        ("llama_full", "large_rank"): on(r=70),
        ("llama_full", "no_alpha"): on(lora_alpha=0),
        ("llama_full", "negative_alpha"): on(lora_alpha=-2.5),
        ("llama_full", "patterns"): on(
            rank_pattern={r".*\.layers\.0\..*": 2, "mlp.up_proj": 65},
            alpha_pattern={"v_proj": 0, "o_proj": -4, "^model.layers.1.mlp.down_proj": 3}),
        ("llama_full", "patterns_rslora"): on(rank_pattern={"q_proj": 9}, alpha_pattern={"q_proj": 3}, use_rslora=True),
        ("llama_full", "regex"): on(r"model\.layers\.\d+\.(self_attn\.[qkv]_proj|mlp\.(gate|up)_proj)$"),
        ("llama_full", "lookahead"): on(r"(?!.*layers\.1).*(q_proj|up_proj)"),
        ("llama_full", "exclude_regex"): on(exclude_modules=r".*layers\.0.*"),
        ("llama_full", "exclude_paths"): on("all-linear", exclude_modules=["lm_head", "layers.0.mlp.up_proj"]),
        ("llama_full", "layers_pattern"): on(layers_to_transform=1, layers_pattern=["layers", "h"]),
        ("llama_full", "paths"): on(["self_attn.q_proj", "model.layers.1.mlp.down_proj"]),
        ("llama_full", "saved_ends"): on(["q_proj"], modules_to_save=["lm_head", "embed_tokens"]),
        ("llama_full", "saved_norms"): on(["q_proj"], modules_to_save=["norm", "input_layernorm"]),
        ("llama_full", "saved_block"): on(["q_proj"], modules_to_save=["mlp"]),
        ("llama_full", "ends"): on(["embed_tokens", "lm_head", "q_proj"]),
        ("llama_full", "head_dora"): on(["lm_head", "q_proj"], use_dora=True),
        ("llama_full", "tokens"): on(["q_proj"], trainable_token_indices={"embed_tokens": MANY}),
        ("llama_full", "dora_patterns"): on(use_dora=True, rank_pattern={"q_proj": 1}, alpha_pattern={"up_proj": 1}),
        ("llama_biased", "bias_all"): on(bias="all"),
        ("llama_biased", "bias_all_dora"): on(bias="all", use_dora=True),
        ("llama_biased", "bias_lora_only"): on(["q_proj", "down_proj"], bias="lora_only"),
        ("llama_biased", "lora_bias_and_all"): on(lora_bias=True, bias="all"),
        ("llama_biased", "saved"): on(["q_proj"], modules_to_save=["o_proj", "up_proj"]),
        ("llama_biased", "adalora"): ranks(["q_proj", "o_proj", "down_proj"]),
        ("llama_biased", "ia3"): peft.IA3Config(
            **CAUSAL, target_modules=LINEAR, feedforward_modules=["up_proj", "down_proj"]),
        ("llama_single", "dora"): on(use_dora=True),
        ("llama_single", "adalora"): ranks(),
        ("llama_single", "saved_ends"): on(["q_proj"], modules_to_save=["lm_head", "embed_tokens"]),
        ("llama_single", "saved_embedding"): on(["q_proj"], modules_to_save=["embed_tokens"]),
        ("llama_single", "ends"): on(["embed_tokens", "lm_head", "q_proj"]),
        ("llama_single", "tokens"): on(["q_proj"], trainable_token_indices=MANY),
        ("llama_single", "trainable_tokens"): peft.TrainableTokensConfig(**CAUSAL, token_indices=MANY),
        ("llama_single", "ia3"): peft.IA3Config(**CAUSAL),
        ("llama_single", "ia3_inputs"): peft.IA3Config(
            **CAUSAL, target_modules=["q_proj", "up_proj", "down_proj"], feedforward_modules=["up_proj", "down_proj"]),
        ("llama_single", "ia3_regex"): peft.IA3Config(
            **CAUSAL, target_modules=r".*\.(v_proj|down_proj)", feedforward_modules=r".*down_proj"),
        ("llama_single", "prefix"): prefix(**tokens),
        ("llama_single", "prefix_projection"): prefix(**tokens, prefix_projection=True, encoder_hidden_size=20),
        ("llama_single", "p_tuning_lstm"): encoded(
            **tokens, encoder_reparameterization_type="LSTM", encoder_hidden_size=20),
        ("qwen2_window", "lora"): on(),
        ("qwen2_window", "prefix"): prefix(**tokens),
        ("qwen2_window", "prompt"): peft.PromptTuningConfig(**tokens),
        ("qwen2_unused", "bias_all"): on(bias="all"),
        ("qwen2_unused", "ia3"): peft.IA3Config(**CAUSAL),
        ("qwen2_unused", "defaults"): lora(**CAUSAL),
        ("qwen3_tied", "dora"): on(use_dora=True),
        ("qwen3_tied", "adalora"): ranks(),
        ("qwen3_tied", "bias_all"): on(bias="all"),
        ("qwen3_tied", "prefix"): prefix(**tokens),
        ("qwen3_tied", "ia3"): peft.IA3Config(**CAUSAL),
        ("mistral_open", "lora"): on(),
        ("mistral_tied", "dora"): on(use_dora=True),
        ("mistral_tied", "prefix"): prefix(**tokens),
        ("mistral_tied", "prompt"): peft.PromptTuningConfig(**tokens),
        ("mistral_tied", "ia3"): peft.IA3Config(**CAUSAL),
        ("gpt2_odd", "all_linear"): gpt2("all-linear"),
        ("gpt2_odd", "dora"): gpt2(use_dora=True),
        ("gpt2_odd", "bias_all"): gpt2(bias="all"),
        ("gpt2_odd", "lora_bias"): gpt2(lora_bias=True),
        ("gpt2_odd", "layers"): gpt2(layers_to_transform=[1], layers_pattern="h"),
        ("gpt2_odd", "embedding"): gpt2(["wte", "c_attn"]),
        ("gpt2_odd", "saved"): gpt2(["c_attn"], modules_to_save=["c_fc", "ln_f"]),
        ("gpt2_odd", "tokens"): gpt2(["c_attn"], trainable_token_indices=MANY),
        ("gpt2_odd", "adalora"): ranks(["c_attn", "mlp.c_proj"], fan_in_fan_out=True),
        ("gpt2_odd", "ia3"): peft.IA3Config(**CAUSAL),
        ("gpt2_odd", "prefix"): prefix(**tokens),
        ("gpt2_odd", "p_tuning"): encoded(**tokens, encoder_hidden_size=12),
        ("gpt2_untied", "head"): gpt2(["lm_head", "c_attn"], fan_in_fan_out=False),
        ("gpt2_untied", "trainable_tokens"): peft.TrainableTokensConfig(
            **CAUSAL, token_indices=MANY, target_modules=["wte"]),
        ("roberta_odd", "all_linear"): labels("all-linear"),
        ("roberta_odd", "dense"): labels(["query", "key", "value", "dense"]),
        ("roberta_odd", "dora"): labels(["query", "value"], use_dora=True),
        ("roberta_odd", "lora_bias"): labels(["query", "value"], lora_bias=True),
        ("bert_odd", "rslora"): labels(["query", "value"], use_rslora=True),
        ("bert_odd", "patterns"): labels(
            ["query", "intermediate.dense"], rank_pattern={"query": 5}, alpha_pattern={"intermediate.dense": 1},
            layers_to_transform=[1]),
        ("roberta_odd", "saved_norms"): labels(["query", "value"], modules_to_save=["classifier", "LayerNorm"]),
        ("roberta_odd", "bias_all"): labels(["query", "value"], bias="all"),
        ("gpt2_odd", "saved_bias_all"): gpt2(["c_attn"], modules_to_save=["c_fc", "ln_f"], bias="all"),
        ("roberta_odd", "saved_embedding"): labels(
            ["query", "value"], modules_to_save=["classifier", "word_embeddings"]),
        ("roberta_odd", "ia3"): peft.IA3Config(**LABELS),
        ("roberta_odd", "adalora"): peft.AdaLoraConfig(
            **LABELS, init_r=rank + 2, target_r=rank, target_modules=["query", "output.dense"], total_step=100, tinit=10,
            tfinal=20, deltaT=5),
        ("bert_odd", "ia3"): peft.IA3Config(**LABELS),
        ("llama_single", "ia3_saved"): peft.IA3Config(**CAUSAL, modules_to_save=["norm", "lm_head"]),
        ("llama_single", "adalora_saved"): ranks(["q_proj", "up_proj"], modules_to_save=["lm_head"]),
        ("bert_odd", "bias_all"): labels(["query", "output.dense"], bias="all"),
        ("bert_odd", "bias_lora_only"): labels(["query", "output.dense"], bias="lora_only"),
    }


# Rows of one batch, by model: adapters of many kinds, and the base.
MIXED = {
    "llama_single": ["dora", "adalora", None, "saved_ends", "ends", "tokens", "trainable_tokens", "ia3", "prefix",
                     "ia3_inputs", "prefix_projection", "dora", "saved_embedding"],
    "gpt2_odd": ["prefix", "bias_all", "lora_bias", None, "embedding", "saved", "adalora", "ia3", "all_linear"],
    "roberta_odd": ["all_linear", None, "dora", "saved_norms", "bias_all", "lora_bias", "ia3", "all_linear"],
}


def trainings(choose):
    rank = choose([2, 4])
    every = {"r": rank, "lora_alpha": 2 * rank, "target_modules": LINEAR}
    attention = {**every, "target_modules": ["q_proj", "v_proj"]}
    turned = {**every, "target_modules": GPT2, "fan_in_fan_out": True}
    ranks = {"init_r": rank + 2, "target_r": rank, "tinit": 5, "tfinal": 8, "deltaT": 2, "total_step": 30,
             "lora_alpha": 8, "target_modules": LINEAR}
    tokens = {"num_virtual_tokens": choose([1, 3])}
    ia3 = {"target_modules": ["k_proj", "v_proj", "down_proj"], "feedforward_modules": ["down_proj"]}
    cases = {
        ("llama_full", "accumulation"): ("lora", every, 3),
        ("llama_full", "large_rank"): ("lora", {**every, "r": 64}, 1),
        ("llama_full", "ends"): ("lora", {**every, "target_modules": ["embed_tokens", "lm_head", "q_proj"]}, 1),
        ("llama_full", "saved"): ("lora", {**attention, "modules_to_save": ["lm_head", "norm"]}, 1),
        ("llama_biased", "bias_all"): ("lora", {**every, "bias": "all"}, 1),
        ("llama_biased", "bias_lora_only"): ("lora", {**attention, "bias": "lora_only"}, 1),
        ("llama_biased", "dora_rslora"): ("dora", {**every, "use_dora": True, "use_rslora": True}, 1),
        ("llama_biased", "ia3"): ("ia3", ia3, 1),
        ("llama_single", "patterns"): (
            "lora", {**every, "rank_pattern": {"q_proj": 7}, "alpha_pattern": {"v_proj": 1}, "layers_to_transform": [1]},
            1),
        ("llama_single", "lora_bias"): ("lora", {**every, "lora_bias": True}, 1),
        ("llama_single", "head"): ("lora", {**every, "target_modules": ["lm_head", "q_proj"]}, 1),
        ("llama_single", "saved_head"): ("lora", {**attention, "modules_to_save": ["lm_head"]}, 1),
        ("llama_single", "tokens"): ("lora", {**attention, "trainable_token_indices": [5, 9, 100]}, 1),
        ("llama_single", "dora_plus"): ("lora_plus", {**every, "use_dora": True}, 1),
        ("llama_single", "trainable_tokens"): ("trainable_tokens", {"token_indices": [5, 9, 100]}, 1),
        ("llama_single", "prompt_tuning"): ("prompt_tuning", tokens, 1),
        ("llama_single", "prompt_accumulation"): ("prompt_tuning", tokens, 2),
        ("llama_single", "p_tuning"): ("p_tuning", {**tokens, "encoder_hidden_size": 16}, 1),
        ("llama_single", "p_tuning_lstm"): (
            "p_tuning",
            {**tokens, "encoder_hidden_size": 16, "encoder_reparameterization_type": "LSTM", "encoder_dropout": 0.0}, 1),
        ("llama_single", "prefix_tuning"): ("prefix_tuning", tokens, 1),
        ("llama_single", "prefix_projection"): (
            "prefix_tuning", {**tokens, "prefix_projection": True, "encoder_hidden_size": 16}, 1),
        ("llama_single", "adalora_accumulation"): ("adalora", ranks, 2),
        ("gpt2_odd", "lora"): ("lora", turned, 1),
        ("gpt2_odd", "dora"): ("dora", {**turned, "use_dora": True}, 1),
        ("gpt2_odd", "adalora"): (
            "adalora", {**ranks, "target_modules": ["c_attn", "mlp.c_proj"], "fan_in_fan_out": True}, 1),
        ("gpt2_odd", "ia3"): (
            "ia3", {"target_modules": ["c_attn", "mlp.c_proj"], "feedforward_modules": ["mlp.c_proj"]}, 1),
        ("gpt2_odd", "prefix_tuning"): ("prefix_tuning", tokens, 1),
        ("mistral_tied", "prefix_tuning"): ("prefix_tuning", tokens, 1),
    }
    for family in ["qwen2_window", "qwen3_tied", "mistral_tied"]:
        cases[family, "lora"] = ("lora", every, 1)
        cases[family, "dora"] = ("dora", {**every, "use_dora": True}, 1)
        cases[family, "adalora"] = ("adalora", ranks, 1)
    return cases
