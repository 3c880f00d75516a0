"""Writes tiny GGUF files of the families besides llama with gguf-py, as llama.cpp's converter does: f16 matrices, f32
vectors, Conv1D turned, nothing reordered.

Usage: python gguf_families.py CONFORMANCE_MODELS_FOLDER OUTPUT_FOLDER   (needs: gguf, numpy)
"""

import json
import struct
import sys
from pathlib import Path

import gguf
import numpy as np

models, target = Path(sys.argv[1]), Path(sys.argv[2])
LLAMA = {"input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
         "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
         "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm",
         "model.embed_tokens": "token_embd", "model.norm": "output_norm"}
GPT2 = {"ln_1": "attn_norm", "attn.c_attn": "attn_qkv", "attn.c_proj": "attn_output", "ln_2": "ffn_norm",
        "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down", "transformer.wte": "token_embd",
        "transformer.wpe": "position_embd", "transformer.ln_f": "output_norm"}


def read_safetensors(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    return {
        name: np.frombuffer(raw[8 + length :][slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def write(family, pre, names, layers):
    folder = models / family
    config = json.loads((folder / "config.json").read_text())
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    writer = gguf.GGUFWriter(target / f"tiny-{family}.gguf", family)
    if family == "gpt2":
        writer.add_context_length(config["n_positions"])
        writer.add_embedding_length(config["n_embd"])
        writer.add_block_count(config["n_layer"])
        writer.add_feed_forward_length(4 * config["n_embd"])
        writer.add_head_count(config["n_head"])
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    else:
        writer.add_context_length(config["max_position_embeddings"])
        writer.add_embedding_length(config["hidden_size"])
        writer.add_block_count(config["num_hidden_layers"])
        writer.add_feed_forward_length(config["intermediate_size"])
        writer.add_head_count(config["num_attention_heads"])
        writer.add_head_count_kv(config["num_key_value_heads"])
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])
        if "head_dim" in config:
            writer.add_key_length(config["head_dim"])
            writer.add_value_length(config["head_dim"])
    vocab = [token for token, _ in sorted(tokenizer["model"]["vocab"].items(), key=lambda item: item[1])]
    special = {t["id"] for t in tokenizer["added_tokens"]}
    tokens = vocab + [f"[unused{i}]" for i in range(len(vocab), config["vocab_size"])]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if i in special else (1 if i < len(vocab) else 5) for i in range(len(tokens))])
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in tokenizer["model"]["merges"]])
    writer.add_eos_token_id(2)
    for name, array in read_safetensors(folder / "model.safetensors").items():
        bare, _, kind = name.rpartition(".")
        layer = ""
        if bare.startswith(layers):
            number, bare = bare.removeprefix(layers).split(".", 1)
            layer = f"blk.{number}."
        if family == "gpt2" and array.ndim == 2 and layer:
            array = np.ascontiguousarray(array.T)
        writer.add_tensor(f"{layer}{names[bare]}.{kind}", array.astype("<f2") if array.ndim == 2 else array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


write("qwen2", "qwen2", LLAMA, "model.layers.")
write("qwen3", "qwen2", LLAMA, "model.layers.")
write("gpt2", "gpt-2", GPT2, "transformer.h.")
