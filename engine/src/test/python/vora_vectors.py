"""Writes a VoRA adapter of random numbers, a picture, and the logits that transformers computes with both.

python vora_vectors.py MODEL_FOLDER OUT_FOLDER

The patches go through torch's own convolution, the updates are merged into the weights, and the mask is given to the
model as it is: bidirectional over the picture, causal over the text.
"""

import json
import struct
import sys
import zlib
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

SIDE, PATCH, RANK, ALPHA, LAYERS = 12, 4, 2, 6.0, 2
TARGETS = ["q_proj", "v_proj", "o_proj", "up_proj"]
TEXT = [7, 300, 12, 45, 9, 100, 5]

torch.manual_seed(5)
model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32, attn_implementation="eager").eval()
out = Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
hidden = model.config.hidden_size
patches = (SIDE // PATCH) ** 2

tensors = {}
for layer in range(LAYERS):
    block = model.model.layers[layer]
    for name, module in block.named_modules():
        if name.split(".")[-1] in TARGETS:
            a = 0.2 * torch.randn(RANK, module.in_features)
            b = 0.2 * torch.randn(module.out_features, RANK)
            key = f"base_model.model.model.layers.{layer}.{name}"
            tensors[f"{key}.lora_A.weight"] = a
            tensors[f"{key}.lora_B.weight"] = b
            module.weight.data += ALPHA / RANK * b @ a
vision = "base_model.model.vision_embedding."
weight = 0.2 * torch.randn(hidden, 3, PATCH, PATCH)
bias = 0.2 * torch.randn(hidden)
places = 0.2 * torch.randn(patches, hidden)
tensors[vision + "patch.weight"] = weight.flatten(1).contiguous()
tensors[vision + "patch.bias"] = bias
tensors[vision + "position.weight"] = places
save_file(tensors, out / "adapter_model.safetensors", metadata={"format": "pt"})
config = {
    "peft_type": "VORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": ALPHA, "target_modules": TARGETS,
    "layers_to_transform": list(range(LAYERS)), "image_size": SIDE, "patch_size": PATCH,
}
(out / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")

pixels = torch.randint(0, 256, (SIDE, SIDE, 3), dtype=torch.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = b"".join(b"\0" + bytes(row.flatten().tolist()) for row in pixels)
header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
(out / "picture.png").write_bytes(
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

with torch.no_grad():
    picture = (pixels.permute(2, 0, 1).float() / 127.5 - 1).unsqueeze(0)
    seen = torch.nn.functional.conv2d(picture, weight, bias, stride=PATCH).flatten(2).transpose(1, 2) + places
    text = model.model.embed_tokens(torch.tensor([TEXT]))
    embeddings = torch.cat([seen, text], 1)
    length = embeddings.size(1)
    allowed = torch.ones(length, length).tril().bool()
    allowed[:patches, :patches] = True
    mask = torch.zeros(length, length).masked_fill(~allowed, torch.finfo(torch.float32).min)[None, None]
    logits = model(inputs_embeds=embeddings, attention_mask=mask, use_cache=False).logits[0]
save_file({"input_ids": torch.tensor([TEXT]), "logits": logits.contiguous()}, out / "expected.safetensors")
print(logits.shape, logits.abs().max())
