"""Makes a set of reference cases with transformers + PEFT, for `lorikeet conformance OUT`.

    python bench/reference.py OUT [--seed N]

It needs torch, transformers and peft. Everything is tiny, random, float32 and eager. The seed decides weights, tokens and
shapes (hidden size, heads, layers, ranks), so that another seed is another set:

    OUT/models/NAME/      a model folder; expected.safetensors: input_ids, logits, greedy_from_8, loss_masking_first_5
    OUT/adapters/NAME/    an adapter as PEFT saves it; expected.safetensors: logits, merged_logits where merging is defined
    OUT/mixed-batch/      rows with adapters of their own in one batch; case.json names them
    OUT/training/NAME/    start, end and losses of 30 steps of AdamW; case.json has the configuration

What is seldom met (odd sizes, every setting once) is in variants.py; --usual leaves it out.
"""

import argparse
import copy
import functools
import json
import pathlib
import random

import peft
import torch
import transformers as hf
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

import variants
from shapes import GPT2, LINEAR, VOCABULARY


def tokenizer(folder):
    """A byte-level tokenizer: its words are the bytes and some ids that no text has."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["<pad>", "<s>", "</s>", *alphabet]
    words += [f"<unused{i}>" for i in range(VOCABULARY - len(words))]
    made = Tokenizer(models.BPE({word: i for i, word in enumerate(words)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([word for word in words if word.startswith("<") and word.endswith(">") and len(word) > 1])
    hf.PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    ).save_pretrained(folder)


def families(choose):
    """Configurations by name."""
    groups = choose([1, 2])
    heads = groups * choose([2, 3])
    size = choose([8, 16, 32])
    shape = {
        "vocab_size": VOCABULARY,
        "hidden_size": heads * size,
        "intermediate_size": 8 * choose([9, 14, 23]),
        "num_hidden_layers": choose([2, 3, 4]),
        "num_attention_heads": heads,
        "max_position_embeddings": 256,
    }
    decoder = {**shape, "num_key_value_heads": groups, "bos_token_id": 1, "eos_token_id": 2}
    llama3 = {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 64,
    }
    encoder = {**shape, "num_labels": choose([2, 3, 5])}
    return {
        "llama": hf.LlamaConfig(**decoder, tie_word_embeddings=True),
        "llama3": hf.LlamaConfig(**decoder, rope_parameters=llama3, head_dim=2 * size),
        "qwen2": hf.Qwen2Config(**decoder, tie_word_embeddings=True),
        "qwen3": hf.Qwen3Config(**decoder, head_dim=size + 8),
        "mistral": hf.MistralConfig(**decoder, sliding_window=choose([8, 12])),
        "gpt2": hf.GPT2Config(
            vocab_size=VOCABULARY,
            n_embd=heads * size,
            n_head=heads,
            n_layer=shape["num_hidden_layers"],
            n_positions=256,
            bos_token_id=1,
            eos_token_id=2,
        ),
        "roberta": hf.RobertaConfig(**encoder, pad_token_id=0, type_vocab_size=1),
        "bert": hf.BertConfig(**encoder, pad_token_id=0),
    }


def is_encoder(config):
    return config.model_type in ("roberta", "bert")


def fresh(config, seed):
    """A model of random weights, norms and biases included, so that forgetting one is seen."""
    torch.manual_seed(seed)
    kind = hf.AutoModelForSequenceClassification if is_encoder(config) else hf.AutoModelForCausalLM
    # A copy: merging an adapter of a tied head unties it in the configuration.
    model = kind.from_config(copy.deepcopy(config), attn_implementation="eager").float().eval()
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() == 1:
                value.add_(0.1 * torch.randn_like(value))
            elif "embed" not in name and "wte" not in name and "wpe" not in name:
                value.mul_(3)
    return model


def ids(rows, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(3, VOCABULARY, (rows, 24), generator=generator)


def greedy(model, tokens):
    text = tokens[:1, :8]
    for _ in range(12):
        text = torch.cat([text, model(text).logits[:, -1:].argmax(-1)], 1)
    return text


def write(folder, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.detach().clone().contiguous() for name, value in tensors.items()},
              folder / "expected.safetensors")


@torch.no_grad()
def model_case(folder, model, tokens):
    model.save_pretrained(folder)
    tokenizer(folder)
    expected = {"input_ids": tokens, "logits": model(tokens).logits}
    if not is_encoder(model.config):
        labels = tokens.clone()
        labels[:, :5] = -100
        expected["greedy_from_8"] = greedy(model, tokens)
        expected["loss_masking_first_5"] = model(tokens, labels=labels).loss
    write(folder, expected)


def adapters(choose):
    """Configurations by base model and name; ranks come from the seed."""
    rank = choose([2, 3, 5, 8])
    causal = {"task_type": "CAUSAL_LM"}
    every = {**causal, "r": rank, "lora_alpha": choose([4, 8, 16]), "target_modules": LINEAR}
    tokens = {**causal, "num_virtual_tokens": choose([3, 5, 7])}
    lora = peft.LoraConfig
    return {
        ("llama", "lora_all_linear"): lora(**every),
        ("llama", "lora_attention"): lora(**{**every, "target_modules": ["q_proj", "v_proj"]}),
        ("llama", "rslora"): lora(**{**every, "r": 2 * rank}, use_rslora=True),
        ("llama", "rank_pattern"): lora(
            **every, rank_pattern={"down_proj": rank + 3, "layers.0.self_attn.q_proj": 1}, alpha_pattern={"v_proj": 32}),
        ("llama", "layers_to_transform"): lora(**{**every, "target_modules": ["q_proj", "o_proj"]}, layers_to_transform=[1]),
        ("llama", "regex"): lora(**{**every, "target_modules": r".*layers\.[01]\..*(q_proj|down_proj)"}),
        ("llama", "exclude"): lora(**{**every, "target_modules": "all-linear"}, exclude_modules=["k_proj", "up_proj"]),
        ("llama", "lora_bias"): lora(**{**every, "target_modules": ["q_proj", "v_proj"]}, lora_bias=True),
        ("llama", "dora"): lora(**every, use_dora=True),
        ("llama", "dora_rslora"): lora(**{**every, "target_modules": ["v_proj", "up_proj"]}, use_dora=True, use_rslora=True),
        ("llama", "adalora"): peft.AdaLoraConfig(
            **causal, init_r=rank + 2, target_r=rank, lora_alpha=8, target_modules=LINEAR, total_step=100, tinit=10,
            tfinal=20, deltaT=5),
        ("llama", "ia3"): peft.IA3Config(
            **causal, target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]),
        ("llama", "prompt_tuning"): peft.PromptTuningConfig(**tokens),
        ("llama", "p_tuning"): peft.PromptEncoderConfig(**tokens, encoder_hidden_size=32),
        ("llama", "prefix_tuning"): peft.PrefixTuningConfig(**tokens),
        ("llama", "embedding"): lora(**{**every, "target_modules": ["embed_tokens", "q_proj"]}),
        ("llama", "lm_head"): lora(**{**every, "target_modules": ["lm_head", "v_proj"]}),
        ("llama", "modules_to_save"): lora(**{**every, "target_modules": ["q_proj"]}, modules_to_save=["lm_head"]),
        ("llama3", "embedding"): lora(**{**every, "target_modules": ["embed_tokens", "v_proj"]}),
        ("llama3", "modules_to_save"): lora(**{**every, "target_modules": ["q_proj"]}, modules_to_save=["lm_head"]),
        ("qwen2", "lora_all_linear"): lora(**every),
        ("qwen2", "dora"): lora(**{**every, "target_modules": ["q_proj", "o_proj"]}, use_dora=True),
        ("qwen3", "lora_all_linear"): lora(**every),
        ("mistral", "lora_all_linear"): lora(**every),
        ("gpt2", "lora"): lora(**{**every, "target_modules": GPT2}, fan_in_fan_out=True),
        ("gpt2", "ia3"): peft.IA3Config(
            **causal, target_modules=["c_attn", "mlp.c_proj"], feedforward_modules=["mlp.c_proj"], fan_in_fan_out=True),
        ("gpt2", "prompt_tuning"): peft.PromptTuningConfig(**tokens),
        ("roberta", "seqcls_lora"): lora(task_type="SEQ_CLS", r=rank, lora_alpha=16, target_modules=["query", "value"]),
        ("bert", "seqcls_lora"): lora(task_type="SEQ_CLS", r=rank, lora_alpha=16, target_modules=["query", "value"]),
    }


def shake(model, seed):
    """Random values for everything that is trained: as fresh, most adapters change nothing."""
    torch.manual_seed(seed)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.requires_grad:
                value.add_(0.08 * torch.randn_like(value))


MERGED = ("LORA", "ADALORA", "IA3")


def mergeable(config, base):
    """PEFT merges no bias into a layer that has none, and an adapter of a tied head into the embedding as well."""
    head = base.tie_word_embeddings and "lm_head" in (config.target_modules or [])
    return not head and not getattr(config, "lora_bias", False)


@torch.no_grad()
def adapter_case(folder, base, config, tokens, seed):
    model = peft.get_peft_model(base, config).eval()
    shake(model, seed)
    model.save_pretrained(folder)
    expected = {"input_ids": tokens, "logits": model(tokens).logits}
    if config.task_type == "CAUSAL_LM" and config.peft_type in MERGED:
        expected["greedy_from_8"] = greedy(model, tokens)
        if mergeable(config, base.config):
            expected["merged_logits"] = model.merge_and_unload()(tokens).logits
    write(folder, expected)


@torch.no_grad()
def mixed_case(out, folder, model, build, names, tokens):
    rows = [model_logits(out, build, name, tokens[i : i + 1]) for i, name in enumerate(names)]
    write(folder, {"input_ids": tokens, "logits": torch.cat(rows)})
    case = {"model": model, "row_adapters": names}
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")


def model_logits(out, build, name, tokens):
    model = build()
    if name is not None:
        model = peft.PeftModel.from_pretrained(model, out / "adapters" / name)
    return model.eval()(tokens).logits


def trainings(choose):
    """Configuration by method."""
    rank = choose([2, 4, 6])
    every = {"r": rank, "lora_alpha": 2 * rank, "target_modules": LINEAR, "use_rslora": False, "use_dora": False}
    return {
        "lora": every,
        "rslora": {**every, "use_rslora": True},
        "dora": {**every, "use_dora": True},
        "lora_plus": every,
        "embedding": {**every, "target_modules": ["embed_tokens", "q_proj", "v_proj"]},
        "adalora": {
            **every, "init_r": rank + 2, "target_r": rank, "tinit": 5, "tfinal": 8, "deltaT": 2, "total_step": 30,
            "beta1": 0.85, "beta2": 0.85, "orth_reg_weight": 0.5},
    }


def groups_of(model, ratio, rate, decay):
    """LoRA+: the rate of all B, and as PEFT has it of vectors, is `ratio` times that of all A."""
    fast, slow = [], []
    for name, value in model.named_parameters():
        if value.requires_grad:
            (fast if "lora_B" in name or value.dim() == 1 else slow).append(value)
    return [{"params": slow, "lr": rate, "weight_decay": decay},
            {"params": fast, "lr": rate * ratio, "weight_decay": decay}]


CONFIGURATIONS = {
    "adalora": peft.AdaLoraConfig,
    "ia3": peft.IA3Config,
    "prompt_tuning": peft.PromptTuningConfig,
    "p_tuning": peft.PromptEncoderConfig,
    "prefix_tuning": peft.PrefixTuningConfig,
    "trainable_tokens": peft.TrainableTokensConfig,
}


def training_case(out, base, method, settings, data, seed, model_name="llama", name=None, accumulation=1):
    # The platform lets nothing decay that begins as ones or as the base's own vectors.
    rate, decay, steps = 2e-3, 0.0 if method == "ia3" or settings.get("bias", "none") != "none" else 0.01, 30
    torch.manual_seed(seed)
    kind = CONFIGURATIONS.get(method, peft.LoraConfig)
    model = peft.get_peft_model(base, kind(task_type="CAUSAL_LM", **settings))
    model.train()
    folder = out / "training" / (name or method)
    folder.mkdir(parents=True, exist_ok=True)
    trained = {name.replace(".default", ""): value for name, value in model.named_parameters() if value.requires_grad}
    keep = lambda: {name: value.detach().clone().contiguous() for name, value in trained.items()}  # noqa: E731
    save_file(keep(), folder / "start.safetensors")
    case = {"method": method, "model": model_name, "config": settings, "learning_rate": rate, "weight_decay": decay,
            "betas": [0.9, 0.999], "eps": 1e-8, "max_grad_norm": 1.0, "steps": steps, "losses": []}
    if accumulation > 1:
        case["accumulation"] = accumulation
    if method == "lora_plus":
        case["loraplus_lr_ratio"] = 16.0
        optimizer = torch.optim.AdamW(groups_of(model, 16.0, rate, decay))
    else:
        optimizer = torch.optim.AdamW(trained.values(), lr=rate, weight_decay=decay)
    counts = []
    for step in range(steps):
        loss = 0
        for i in range(accumulation):
            # Every batch has as many labels, so that the mean of the means is the mean over all.
            at = (step * accumulation + i) % data["input_ids"].size(0)
            part = model(data["input_ids"][at], labels=data["labels"][at]).loss / accumulation
            part.backward()
            loss += part.detach()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        if method == "adalora":
            model.base_model.update_and_allocate(step)
            counts.append(sum(int((value != 0).sum()) for name, value in trained.items() if "lora_E" in name))
        optimizer.zero_grad()
        case["losses"].append(loss.item())
    if method == "adalora":
        case["non_zero_singular_values_after_step"] = counts
    save_file(keep(), folder / "end.safetensors")
    (folder / "case.json").write_text(json.dumps(case, indent=1, sort_keys=True) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--usual", action="store_true", help="without variants.py")
    arguments = parser.parse_args()
    out, seed = arguments.out, arguments.seed
    chance = random.Random(seed)
    hf.logging.set_verbosity_error()
    configs = families(chance.choice)
    seldom = random.Random(seed)
    if not arguments.usual:
        configs |= variants.families(seldom.choice)
    for name, config in configs.items():
        model_case(out / "models" / name, fresh(config, seed), ids(3, seed))
    kinds = adapters(chance.choice)
    if not arguments.usual:
        kinds |= variants.adapters(seldom.choice)
    for i, ((base, name), config) in enumerate(kinds.items()):
        model = fresh(configs[base], seed)
        adapter_case(out / "adapters" / f"{base}-{name}", model, config, ids(3, seed + 1), seed + i)
    names = ["llama-lora_attention", None, "llama-lora_all_linear", "llama-rslora", "llama-rank_pattern",
             "llama-lora_attention"]
    mixed_case(out, out / "mixed-batch", "llama", lambda: fresh(configs["llama"], seed), names, ids(6, seed + 2))
    for base, names in {} if arguments.usual else variants.MIXED.items():
        rows = [name and f"{base}-{name}" for name in names]
        build = functools.partial(fresh, configs[base], seed)
        mixed_case(out, out / "mixed-batch" / base, base, build, rows, ids(len(rows), seed + 2))
    generator = torch.Generator().manual_seed(seed + 3)
    tokens = torch.randint(3, VOCABULARY, (8, 4, 32), generator=generator)
    labels = tokens.clone()
    labels[:, :, : chance.randrange(4, 16)] = -100
    (out / "training").mkdir(parents=True, exist_ok=True)
    data = {"input_ids": tokens, "labels": labels}
    save_file(data, out / "training" / "data.safetensors")
    for method, settings in trainings(chance.choice).items():
        training_case(out, fresh(configs["llama"], seed), method, settings, data, seed + 4)
    rare = {} if arguments.usual else variants.trainings(seldom.choice)
    for (base, name), (method, settings, accumulation) in rare.items():
        training_case(out, fresh(configs[base], seed), method, settings, data, seed + 4, base, f"{base}-{name}",
                      accumulation)
    made = {"seed": seed, "torch": torch.__version__, "transformers": hf.__version__, "peft": peft.__version__,
            "attention": "eager", "precision": "float32"}
    (out / "made-with.json").write_text(json.dumps(made, indent=1) + "\n")


if __name__ == "__main__":
    main()
