"""Compares the embeddings that the platform serves with those of transformers.

    ./lorikeet embed --json --normalize < TEXTS > SERVED
    python bench/served_embeddings.py MODEL_FOLDER TEXTS SERVED

TEXTS: a text a line; with a tab in it, the two of a pair (then `embed` needs --pair, and every line a tab).
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

folder, texts, served = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text())
tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
lines = [line.split("\t") for line in texts.read_text().splitlines() if line.strip()]
assert len(lines) == len(served["embeddings"]), "another number of texts"
largest, smallest = 0.0, 1.0
for line, embedding in zip(lines, served["embeddings"]):
    with torch.no_grad():
        states = model(**tokenizer(*line, return_tensors="pt")).last_hidden_state[0]
    expected = torch.nn.functional.normalize(states.mean(0), dim=0)
    actual = torch.tensor(embedding["values"])
    largest = max(largest, (actual - expected).abs().max().item())
    smallest = min(smallest, torch.nn.functional.cosine_similarity(actual, expected, dim=0).item())
print(f"{len(lines)} texts: largest difference {largest:.1e}, smallest cosine {smallest:.6f}")
