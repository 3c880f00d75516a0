"""Writes the GGUF test resources with gguf-py, an implementation that is not ours.

Usage: python gguf_vectors.py CONFORMANCE_LLAMA_FOLDER OUTPUT_FOLDER   (needs: gguf, numpy, tokenizers)
"""

import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np
from gguf.quants import dequantize, quantize
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers

source, target = Path(sys.argv[1]), Path(sys.argv[2])
random = np.random.default_rng(7)


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, array in tensors.items():
        dtype = {"uint8": "U8", "float32": "F32"}[str(array.dtype)]
        raw = array.tobytes()
        header[name] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def read_safetensors(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    return {
        name: np.frombuffer(raw[8 + length :][slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


# Blocks of every quantised type: random bits with sane scales, so that every path of the decoding is taken.
vectors = {}
half = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
        "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}
for name, places in half.items():
    kind = gguf.GGMLQuantizationType[name]
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (6, size), dtype=np.uint8)
    for place in places:
        blocks[:, place : place + 2] = random.normal(0, 0.05, (6, 1)).astype("<f2").view(np.uint8)
    vectors[name + ".bytes"] = blocks
    vectors[name + ".floats"] = dequantize(blocks, kind).reshape(6, elements).astype("<f4")
write_safetensors(target / "quantised.safetensors", vectors)

# The conformance model as llama.cpp's converter writes it.
config = json.loads((source / "config.json").read_text())
tokenizer = json.loads((source / "tokenizer.json").read_text())
weights = read_safetensors(source / "model.safetensors")
heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]


def permuted(array, count):
    return array.reshape(count, 2, array.shape[0] // count // 2, -1).swapaxes(1, 2).reshape(array.shape)


def vocabulary(writer, pre):
    vocab = sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])
    merges = [m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]]
    special = {t["id"] for t in tokenizer["added_tokens"]}
    tokens = [token for token, _ in vocab]
    while len(tokens) < config["vocab_size"]:
        tokens.append(f"[unused{len(tokens)}]")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if i in special else (1 if i < len(vocab) else 5) for i in range(len(tokens))])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template((source / "chat_template.jinja").read_text())


names = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "input_layernorm": "attn_norm",
         "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate",
         "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down"}
writer = gguf.GGUFWriter(target / "tiny-llama.gguf", "llama")
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(config["hidden_size"])
writer.add_block_count(config["num_hidden_layers"])
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(heads)
writer.add_head_count_kv(key_heads)
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
writer.add_rope_dimension_count(config["head_dim"])
writer.add_vocab_size(config["vocab_size"])
vocabulary(writer, "gpt-2")
expected = {}
for name, array in weights.items():
    bare = name.removesuffix(".weight")
    layer = ""
    if bare.startswith("model.layers."):
        number, bare = bare.removeprefix("model.layers.").split(".", 1)
        layer = f"blk.{number}."
    stored = array
    if bare == "self_attn.q_proj":
        stored = permuted(array, heads)
    if bare == "self_attn.k_proj":
        stored = permuted(array, key_heads)
    kind = gguf.GGMLQuantizationType.F16
    if stored.ndim == 1:
        kind = gguf.GGMLQuantizationType.F32
    elif bare in ("self_attn.q_proj", "self_attn.v_proj"):
        kind = gguf.GGMLQuantizationType.Q8_0
    elif bare == "mlp.up_proj":
        kind = gguf.GGMLQuantizationType.BF16
    elif bare == "mlp.down_proj":
        kind = gguf.GGMLQuantizationType.Q4_1
    quantised = quantize(stored, kind)
    writer.add_tensor(layer + names[bare] + ".weight", quantised, raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

# One vocabulary under each pre-tokenizer: the ids that the tokenizers library gives.
split = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
         r"|\s+(?!\S)|\s+")
byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
pres = {
    "gpt-2": gpt2,
    "smollm": pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), gpt2]),
    "llama-bpe": pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(split % r"\p{N}{1,3}"), "isolated"), byte_level]),
    "qwen2": pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(split % r"\p{N}"), "isolated"), byte_level]),
}
texts = ["The quick brown fox's 12345 jumps!\n\n  over", "in 2024, IT'S naïve \u0065\u0301 café 日本語 🦜🦜", "  \t x\r\n\r\n y  ",
         "<|im_start|>user\nhi<|im_end|>\n", "a1b22c333d4444", ""]
cases = {}
for pre, built in pres.items():
    reference = Tokenizer.from_file(str(source / "tokenizer.json"))
    reference.pre_tokenizer = built
    if pre == "qwen2":
        reference.normalizer = normalizers.NFC()
    if pre == "llama-bpe":
        state = json.loads(reference.to_str())
        state["model"]["ignore_merges"] = True
        reference = Tokenizer.from_str(json.dumps(state))
    cases[pre] = [{"text": t, "ids": reference.encode(t, add_special_tokens=False).ids} for t in texts]
    only = gguf.GGUFWriter(target / f"tokenizer-{pre}.gguf", "llama")
    vocabulary(only, pre)
    only.write_header_to_file()
    only.write_kv_data_to_file()
    only.write_tensors_to_file()
    only.close()
(target / "tokenizers.json").write_text(json.dumps(cases, ensure_ascii=True, indent=1) + "\n")
