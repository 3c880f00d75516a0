"""Loads adapter folders in PEFT and computes logits: load.py JOB OUT.

JOB: JSON, a list of {name, model, adapter, ids}. OUT gets logits.safetensors (name -> (tokens, vocabulary) or (labels)),
report.json (name -> keys that
PEFT missed or did not know, how far the base's logits moved, or what failed), and saved/NAME, the
adapter as PEFT saves it again. Needs torch, transformers and peft.
"""

import json
import os
import sys
import traceback
import warnings

import torch
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification
from transformers.utils import logging

warnings.simplefilter("ignore")
logging.disable_progress_bar()
torch.set_num_threads(1)
os.environ["HF_HUB_OFFLINE"] = "1"


def load(case, out):
    config = json.load(open(os.path.join(case["adapter"], "adapter_config.json")))
    kind = AutoModelForSequenceClassification if config.get("task_type") == "SEQ_CLS" else AutoModelForCausalLM
    # A classifier may tell other classes apart than the base's own.
    own = {"num_labels": len(config["labels"]), "ignore_mismatched_sizes": True} if "labels" in config else {}
    base = kind.from_pretrained(case["model"], dtype=torch.float32, attn_implementation="eager", **own).eval()
    ids = torch.tensor([case["ids"]])
    with torch.no_grad():
        before = base(ids).logits.clone()
        model = PeftModel.from_pretrained(base, case["adapter"]).eval()
        logits = model(ids).logits[0].contiguous()
        moved = 0.0
        # These replace the base's own, so that PEFT cannot disable them.
        if config.get("bias", "none") == "none":
            with model.disable_adapter():
                moved = (model(ids).logits - before).abs().max().item()
    folder = os.path.join(out, "saved", case["name"])
    model.save_pretrained(folder, save_embedding_layers=False)
    stored = load_file(os.path.join(case["adapter"], "adapter_model.safetensors"))
    saved = load_file(os.path.join(folder, "adapter_model.safetensors"))
    # PEFT saves every tensor that the adapter has in its eyes: what else we stored, it passed over.
    keys = {"missing": sorted(set(saved) - set(stored)), "unknown": sorted(set(stored) - set(saved))}
    return logits, {"moved": moved, **keys}


def main(job, out):
    logits, report = {}, {}
    for case in json.load(open(job)):
        try:
            logits[case["name"]], report[case["name"]] = load(case, out)
        except Exception:
            report[case["name"]] = {"error": traceback.format_exc()}
    save_file(logits, os.path.join(out, "logits.safetensors"))
    json.dump(report, open(os.path.join(out, "report.json"), "w"))


main(*sys.argv[1:])
