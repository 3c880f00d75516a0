"""The same work as `lorikeet bench`, by transformers + PEFT: the peer that the figures stand beside.

Started by the command with --peer-python; it needs torch, transformers and peft. It reads one JSON request a line from
its input and answers each with one JSON line, so that both sides take turns on one machine:

    {"case": "training", "precision": "bfloat16", "rows": 4, "length": 128, "rank": 8, "iterations": 3}
    {"case": "decode", "precision": "float32", "rows": 8, "length": 128, "rank": 8, "adapters": true, "iterations": 8}
    {"case": "prefill", "precision": "float32", "rows": 1, "length": 512, "iterations": 2}
    {"case": "load", "precision": "float32", "iterations": 1}

    -> {"millis": [..], "peak_bytes": n}      one figure an iteration; the process's peak since the case was ready
    -> {"error": "..."}

A case is prepared (model loaded, adapters made, warmed up) when the one before it was another; the command starts a
process for each. "attention" may name transformers' attention implementation; its default is the library's.
"""

import argparse
import gc
import json
import sys
import time
import warnings

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, DynamicCache

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def reset_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def peak_bytes():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def load(folder, request):
    arguments = {"dtype": getattr(torch, request["precision"])}
    if "attention" in request:
        arguments["attn_implementation"] = request["attention"]
    return AutoModelForCausalLM.from_pretrained(folder, **arguments)


def lora(request):
    return LoraConfig(r=request["rank"], lora_alpha=2 * request["rank"], target_modules=LINEAR, task_type="CAUSAL_LM")


class Training:
    """One optimizer step a call: half of the tokens labelled, AdamW, gradient norm clipped to 1."""

    def __init__(self, folder, request):
        self.model = get_peft_model(load(folder, request), lora(request))
        self.model.train()
        self.parameters = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(self.parameters, lr=2e-4)
        vocabulary = self.model.config.vocab_size
        self.ids = torch.randint(3, vocabulary, (request["rows"], request["length"]))
        self.labels = self.ids.clone()
        self.labels[:, : request["length"] // 2] = -100

    def __call__(self):
        loss = self.model(input_ids=self.ids, labels=self.labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss)


class Decoding:
    """One token for each row a call, greedily, over a key/value cache that the context filled."""

    def __init__(self, folder, request):
        self.rows = request["rows"]
        self.length = request["length"]
        self.model = load(folder, request)
        self.more = {}
        if request.get("adapters"):
            self.model = get_peft_model(self.model, lora(request), adapter_name="a0")
            for row in range(1, self.rows):
                self.model.add_adapter(f"a{row}", lora(request))
            for name, parameter in self.model.named_parameters():
                if "lora_B" in name:
                    torch.nn.init.normal_(parameter.data, std=0.01)
            self.more["adapter_names"] = [f"a{row}" for row in range(self.rows)]
        self.model.eval()
        self.prompt = torch.randint(3, self.model.config.vocab_size, (self.rows, self.length))
        self.cache = None

    @torch.inference_mode()
    def __call__(self):
        # Start over before the context has grown by half, so that all steps are over about the same context.
        if self.cache is None or self.cache.get_seq_length() > self.length * 3 // 2:
            self.cache = DynamicCache()
            self.token = self.step(self.prompt)
        begin = time.perf_counter()
        self.token = self.step(self.token)
        return time.perf_counter() - begin

    def step(self, ids):
        logits = self.model(
            input_ids=ids, past_key_values=self.cache, use_cache=True, logits_to_keep=1, **self.more
        ).logits
        return logits[:, -1].argmax(-1, keepdim=True)


class Prefill:
    """The context of fresh rows into a key/value cache, up to the last logits."""

    def __init__(self, folder, request):
        self.model = load(folder, request)
        self.model.eval()
        self.ids = torch.randint(3, self.model.config.vocab_size, (request["rows"], request["length"]))

    @torch.inference_mode()
    def __call__(self):
        self.model(input_ids=self.ids, past_key_values=DynamicCache(), use_cache=True, logits_to_keep=1)


class Loading:
    """The model from files that the system has cached."""

    def __init__(self, folder, request):
        self.folder = folder
        self.request = request

    def __call__(self):
        load(self.folder, self.request)


CASES = {"training": Training, "decode": Decoding, "prefill": Prefill, "load": Loading}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="model folder in Hugging Face's format")
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    warnings.filterwarnings("ignore")

    prepared, case = None, None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            iterations = request.pop("iterations")
            if request != prepared:
                prepared, case = None, None
                gc.collect()
                case = CASES[request["case"]](options.model, request)
                prepared = request
                case()
                gc.collect()
                reset_peak()
            millis = []
            for _ in range(iterations):
                begin = time.perf_counter()
                own = case()
                whole = time.perf_counter() - begin
                millis.append(1000 * (own if request["case"] == "decode" else whole))
            answer = {"millis": millis, "peak_bytes": peak_bytes()}
        except Exception as error:  # the other side reports it and goes on
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
