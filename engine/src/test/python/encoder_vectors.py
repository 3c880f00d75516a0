"""Writes a tiny BERT with what transformers computes of ragged texts and a pair, and in adapter/ a LoRA of PEFT's on all
of its linear layers, the pooler's too: the test resources under encoder.

Usage: python encoder_vectors.py CONFORMANCE_ROBERTA_FOLDER OUTPUT_FOLDER   (needs: torch, transformers, peft, safetensors)
"""

import shutil
import sys
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import BertConfig, BertForSequenceClassification

source, target = Path(sys.argv[1]), Path(sys.argv[2])
target.mkdir(parents=True, exist_ok=True)
torch.manual_seed(11)
config = BertConfig(vocab_size=384, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                    max_position_embeddings=64, num_labels=5, attn_implementation="eager")
model = BertForSequenceClassification(config).eval()
for parameter in model.parameters():
    parameter.data.add_(0.1 * torch.randn_like(parameter))
model.save_pretrained(target)
shutil.copy(source / "tokenizer.json", target)
shutil.copy(source / "tokenizer_config.json", target)

lengths = [5, 12, 9]
ids = torch.randint(0, 384, (3, 12))
mask = torch.arange(12)[None] < torch.tensor(lengths)[:, None]
types = torch.zeros_like(ids)
types[2, 4:9] = 1
with torch.no_grad():
    result = model(input_ids=ids, attention_mask=mask.long(), token_type_ids=types, output_hidden_states=True)
states = result.hidden_states[-1]
mean = (states * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
save_file({"input_ids": ids, "types": types, "lengths": torch.tensor([lengths]), "logits": result.logits,
           "first": states[:, 0].contiguous(), "mean": mean.contiguous()}, target / "expected.safetensors")

adapted = get_peft_model(model, LoraConfig(task_type="SEQ_CLS", r=2, lora_alpha=3, target_modules="all-linear",
                                           init_lora_weights=False)).eval()
adapted.save_pretrained(target / "adapter")
(target / "adapter" / "README.md").unlink(missing_ok=True)
with torch.no_grad():
    logits = adapted(input_ids=ids, attention_mask=mask.long(), token_type_ids=types).logits
save_file({"logits": logits.contiguous()}, target / "adapter" / "expected.safetensors")
