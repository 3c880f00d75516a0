"""Writes a tiny BERT and a tiny RoBERTa tokenizer with what transformers makes of texts and pairs: the test resources
under encoder/pairs.

Usage: python pair_vectors.py OUTPUT_FOLDER   (needs: transformers)
"""

import json
import sys
from pathlib import Path

from transformers import BertTokenizer, RobertaTokenizer

TEXTS = [
    ("A quick Fox", None),
    ("A quick Fox", "jumps over   the lazy dog."),
    ("", None),
    ("", "dog"),
    ("na\u00efve fox [SEP] the </s> dog", "the <mask> [MASK]"),
    ("x" * 120, "\u65e5\u672c fox"),
]
target = Path(sys.argv[1])

words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "quick", "fox", "jump", "##s", "over", "the", "lazy", "dog", ".",
         "na", "##ive", "[", "]", "<", ">", "/", "s", "x", "##x", "\u65e5", "mask", "se", "##p"]
alphabet = [chr(c) for c in list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))]
alphabet += [chr(256 + i) for i in range(256 - len(alphabet))]
pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + alphabet + ["th", "the", "\u0120the", "fo", "fox", "\u0120fox"]
merges = [("t", "h"), ("th", "e"), ("\u0120", "the"), ("f", "o"), ("fo", "x"), ("\u0120", "fox")]
tokenizers = {
    "bert": BertTokenizer(vocab={word: i for i, word in enumerate(words)}),
    "roberta": RobertaTokenizer(vocab={piece: i for i, piece in enumerate(pieces)}, merges=merges),
}
for name, tokenizer in tokenizers.items():
    folder = target / name
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    cases = []
    for first, second in TEXTS:
        encoded = tokenizer(first, second, return_token_type_ids=True)
        cases.append({"first": first, "second": second, "ids": encoded["input_ids"],
                      "types": encoded["token_type_ids"] if name == "bert" else [0] * len(encoded["input_ids"])})
    (folder / "expected.json").write_text(json.dumps(cases, ensure_ascii=True) + "\n")
    print(name, tokenizer.model_input_names, *cases, sep="\n")
