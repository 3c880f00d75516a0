"""Trains LoRA with PEFT over each family's conformance model: more cases in the form of the conformance set's training.

Usage: python training_families.py CONFORMANCE_FOLDER OUTPUT_FOLDER   (needs: torch, transformers, peft, safetensors)
"""

import json
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

source, target = Path(sys.argv[1]), Path(sys.argv[2])
data = load_file(source / "training" / "data.safetensors")
llama = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
for family, modules in {"qwen2": llama, "qwen3": llama, "mistral": llama,
                        "gpt2": ["c_attn", "c_proj", "c_fc"]}.items():
    torch.manual_seed(5)
    base = AutoModelForCausalLM.from_pretrained(source / "models" / family, attn_implementation="eager")
    settings = {"r": 4, "lora_alpha": 8, "target_modules": modules, "use_dora": False, "use_rslora": False}
    # Factors that are both random: every product of the backward pass matters from the first step on.
    model = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, lora_dropout=0.0,
                                            fan_in_fan_out=family == "gpt2", **settings))
    model.train()
    folder = target / f"lora-{family}"
    folder.mkdir(parents=True, exist_ok=True)
    save_file({k: v.clone().contiguous() for k, v in get_peft_model_state_dict(model).items()},
              folder / "start.safetensors")
    case = {"batches": "as training/lora", "betas": [0.9, 0.999], "config": settings, "eps": 1e-8,
            "learning_rate": 0.002, "losses": [], "max_grad_norm": 1.0, "method": "lora", "model": family, "steps": 10,
            "weight_decay": 0.01}
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=case["learning_rate"], weight_decay=case["weight_decay"])
    for step in range(case["steps"]):
        batch = step % data["input_ids"].shape[0]
        loss = model(input_ids=data["input_ids"][batch], labels=data["labels"][batch]).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, case["max_grad_norm"])
        optimizer.step()
        optimizer.zero_grad()
        case["losses"].append(loss.item())
    save_file({k: v.clone().contiguous() for k, v in get_peft_model_state_dict(model).items()},
              folder / "end.safetensors")
    (folder / "case.json").write_text(json.dumps(case, indent=1) + "\n")
    print(family, case["losses"])
