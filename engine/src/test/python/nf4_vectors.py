"""Writes what bitsandbytes makes of some weights: nf4.safetensors. Needs torch, bitsandbytes, safetensors."""

import sys

import torch
from bitsandbytes.functional import dequantize_4bit, quantize_4bit
from safetensors.torch import save_file

torch.manual_seed(5)
blocks = 259
weights = torch.randn(blocks * 64) * torch.rand(blocks).repeat_interleave(64)
codes, state = quantize_4bit(weights, blocksize=64, compress_statistics=True, quant_type="nf4")
save_file(
    {
        "weights": weights,
        "codes": codes.view(-1),
        "magnitudes": state.absmax.view(-1),
        "scales": state.state2.absmax.view(-1),
        "mean": state.offset.view(1),
        "levels": state.state2.code,
        "decoded": dequantize_4bit(codes, state).view(-1),
    },
    sys.argv[1],
)
