"""Vocabularies of patterns and normalizers for which no package ships one, trained on this project's own texts.
Prints list lines.

    vocab_synthetic.py <folder>
"""
import glob
import os
import sys

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

REST = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
CASELESS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CASELESS +
         r"?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CASELESS +
         r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + REST)


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


FAMILIES = {
    "qwen35": ([split(CASELESS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*" + REST)], normalizers.NFC()),
    "o200k": ([split(O200K)], None),
    "starcoder": ([pre_tokenizers.Digits(individual_digits=True)], None),
    "gemma4": ([split(r"[^\n]+|\n+")], None),
}


# SentencePiece's own normalization rules: each has its precompiled character map.
RULES = {
    "nmt_nfkc": dict(model_type="unigram"),
    "nfkc": dict(model_type="bpe", byte_fallback=True),
    "nmt_nfkc_cf": dict(model_type="unigram", byte_fallback=True, user_defined_symbols=["<sep>", "ﬁn", "A  B"]),
    "nfkc_cf": dict(model_type="bpe", remove_extra_whitespaces=False),
    "identity": dict(model_type="bpe", byte_fallback=True, add_dummy_prefix=False),
}


def sentencepieces(folder, texts):
    corpus = f"{folder}/corpus.txt"
    with open(corpus, "w", encoding="utf-8") as f:
        f.write("\n".join(texts))
    for rule, more in RULES.items():
        path = f"{folder}/sp_{rule}"
        if not os.path.exists(path + ".model"):
            sentencepiece.SentencePieceTrainer.train(
                input=corpus, model_prefix=path, vocab_size=4000, normalization_rule_name=rule,
                minloglevel=2, num_threads=2, hard_vocab_limit=False, **more)
        print(f"sp_{rule}_synthetic | sentencepiece | {path}.model |")


def fields(data):
    """(number, value) of a protocol buffer; values of type 2 are bytes."""
    at = 0

    def varint():
        nonlocal at
        v = shift = 0
        while True:
            v |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if data[at - 1] < 128:
                return v

    while at < len(data):
        tag = varint()
        n = varint() if tag & 7 == 2 else {1: 8, 5: 4}.get(tag & 7, 0)
        yield tag >> 3, data[at:at + n] if tag & 7 in (1, 2, 5) else varint()
        at += n


def precompiled(folder, rule):
    """A unigram model as T5's and XLM-R's tokenizer.json have it."""
    path = f"{folder}/precompiled_{rule}.json"
    p = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/sp_{rule}.model")
    if not os.path.exists(path):
        spec = next(v for f, v in fields(open(f"{folder}/sp_{rule}.model", "rb").read()) if f == 3)
        t = Tokenizer(models.Unigram([(p.id_to_piece(i), p.get_score(i)) for i in range(p.get_piece_size())], p.unk_id(), False))
        t.normalizer = normalizers.Sequence([normalizers.Precompiled(next(v for f, v in fields(spec) if f == 2)),
                                             normalizers.Replace(Regex(" {2,}"), " ")])
        t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
        t.add_special_tokens(["<s>", "</s>"])
        t.add_tokens([AddedToken("<mask>", lstrip=True, normalized=False)])
        t.save(path)
    print(f"precompiled_{rule}_synthetic | tokenizers | {path} |")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    texts = [open(p, encoding="utf-8", errors="replace").read() for p in
             sorted(glob.glob("ext/*/*.c") + glob.glob("*.md") + glob.glob("tests/bench/*.py"))]
    texts.append("".join(chr(c) for c in range(0x250)) + "".join(chr(c) for c in range(0x370, 0x2000) if chr(c).isalpha()))
    for name, (steps, normalizer) in FAMILIES.items():
        path = f"{folder}/{name}.json"
        if not os.path.exists(path):
            t = Tokenizer(models.BPE())
            if normalizer:
                t.normalizer = normalizer
            t.pre_tokenizer = pre_tokenizers.Sequence(
                steps + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name == "starcoder")])
            t.train_from_iterator(texts, trainers.BpeTrainer(
                vocab_size=8000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
            t.save(path)
        print(f"{name}_synthetic | tokenizers | {path} |")
    sentencepieces(folder, texts)
    precompiled(folder, "nmt_nfkc")


main()
