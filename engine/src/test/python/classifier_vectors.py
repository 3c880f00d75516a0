"""Trains tiny classifiers with transformers and PEFT: the test resources under encoder/training.

Of each model a folder: start/ (an adapter as PEFT saves it, with labels of ours in its configuration), end.safetensors
(the same tensors after all steps) and case.json (batches, settings, losses).

Usage: python classifier_vectors.py RESOURCES   (needs: torch, transformers, peft; RESOURCES: engine/src/test/resources)
"""

import json
import random
import shutil
import sys
from pathlib import Path

import peft
import torch
import transformers
from safetensors.torch import load_file

STEPS = 8
ROWS = 5
RATE = 5e-3
DECAY = 0.1
CASES = {
    "roberta": ("conformance/models/roberta", ["query", "value", "dense"], ["a", "b", "c"]),
    "bert": ("encoder/bert", "all-linear", ["one", "two", "three"]),
}
resources = Path(sys.argv[1])


def row(model, labels, chance):
    """A text, or a pair where the model tells the two apart."""
    length = chance.randint(3, 20)
    second = chance.randint(1, length - 1) if model.config.type_vocab_size > 1 and chance.random() < 0.5 else length
    ids = [chance.randrange(3, model.config.vocab_size) for _ in range(length)]
    return {"ids": ids, "types": [0] * second + [1] * (length - second), "label": chance.randrange(len(labels))}


def tensors(rows, pad):
    longest = max(len(one["ids"]) for one in rows)
    fill = lambda values, what: values + [what] * (longest - len(values))  # noqa: E731
    return {
        "input_ids": torch.tensor([fill(one["ids"], pad) for one in rows]),
        "token_type_ids": torch.tensor([fill(one["types"], 0) for one in rows]),
        "attention_mask": torch.tensor([fill([1] * len(one["ids"]), 0) for one in rows]),
        "labels": torch.tensor([one["label"] for one in rows]),
    }


for name, (source, targets, labels) in CASES.items():
    torch.manual_seed(7)
    chance = random.Random(11)
    folder = resources / "encoder" / "training" / name
    shutil.rmtree(folder, ignore_errors=True)
    base = transformers.AutoModelForSequenceClassification.from_pretrained(
        resources / source, num_labels=len(labels), ignore_mismatched_sizes=True, dtype=torch.float32,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, classifier_dropout=0.0)
    config = peft.LoraConfig(
        task_type="SEQ_CLS", r=4, lora_alpha=8, target_modules=targets,
        modules_to_save=["classifier", "pooler"], init_lora_weights=False)
    model = peft.get_peft_model(base, config)
    model.train()
    model.save_pretrained(folder / "start")
    saved = json.loads((folder / "start" / "adapter_config.json").read_text())
    saved["labels"] = labels
    saved["base_model_name_or_path"] = name
    (folder / "start" / "adapter_config.json").write_text(json.dumps(saved, indent=1, sort_keys=True) + "\n")
    (folder / "start" / "README.md").unlink(missing_ok=True)
    trained = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [value for value in trained if value.dim() > 1], "weight_decay": DECAY},
         {"params": [value for value in trained if value.dim() == 1], "weight_decay": 0.0}], lr=RATE)
    batches = [[row(base, labels, chance) for _ in range(ROWS)] for _ in range(STEPS)]
    losses, hits = [], []
    for rows in batches:
        output = model(**tensors(rows, base.config.pad_token_id))
        losses.append(output.loss.item())
        hits.append(int((output.logits.argmax(1) == torch.tensor([one["label"] for one in rows])).sum()))
        optimizer.zero_grad()
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    model.save_pretrained(folder / "end")
    (folder / "end" / "adapter_model.safetensors").rename(folder / "end.safetensors")
    shutil.rmtree(folder / "end")
    case = {"model": source, "learning_rate": RATE, "weight_decay": DECAY, "max_grad_norm": 1.0, "batches": batches,
            "losses": losses, "hits": hits}
    (folder / "case.json").write_text(json.dumps(case) + "\n")
    print(name, losses, hits, sorted(load_file(folder / "end.safetensors"))[-6:])
