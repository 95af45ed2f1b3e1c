"""Trains the small vocabularies of this folder and writes what their reference implementations make of some texts.

Run in the environment of build/bench/vocab (see vocab.sh): make_fixtures.py <folder>. Deterministic but for the
versions of the libraries; the files are committed, so that tests need neither them nor the network.
"""
import base64
import io
import json
import os
import re
import sys

import sentencepiece as spm
import tiktoken
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

CORPUS = re.sub(r"[ \t]+", " ", open("README.md", encoding="utf-8").read())
CORPUS += "\n" + "the quick brown fox jumps over the lazy dog don't I'll we're 12 345 6789 " * 3
CORPUS += ("你好世界 中文分词 こんにちは 世界 Привет мир как дела مرحبا بالعالم café naïve Ångström "
           "हिन्दी भाषा ภาษาไทย 한국어 안녕하세요 😀 🎉 ¿qué tal? Straße ǅungla\n") * 6
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace("{1,3}", "")
TEXTS = ["", " ", "Hello, world!", "  two  blanks ", "don't I'LL 12345 ½", "你好世界。中文", "Привет, мир!\n\n  x\n",
         "café cafe\u0301 Å \u212b", "हिन्दी भाषा", "😀🎉🏳️‍🌈", "ภาษาไทย 한국어", "a\u2581b \u2581\u2581c", "tabs\t\tand\r\nlines\n\n\n",
         "<tool>x</tool><|end|> y", "the quick brown fox jumps over the lazy dog", "SELECT tok_count('gpt-4o', body);",
         "ǅungla ʰⁿ Ⅳ 〇々⺀", "ۼ٣٤ ១២", "\x01\x7f", "zzzzzzzzzzzzzzzzzzzz", "=" * 40, " " * 33 + "x", "ﬁ ﾊﾝ ①"]


def byte_level(folder, name, pattern, normalizer, size, added, ignore_merges=False):
    t = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    if normalizer:
        t.normalizer = normalizer
    last = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pattern is None)
    if pattern:
        steps = [p if not isinstance(p, str) else pre_tokenizers.Split(Regex(p), "isolated") for p in pattern]
        last = pre_tokenizers.Sequence(steps + [last])
    t.pre_tokenizer = last
    t.train_from_iterator(CORPUS.splitlines(True), trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.add_tokens(added)
    path = f"{folder}/{name}.json"
    t.save(path, pretty=False)
    return path


def ranks_of(path):
    """The tokens of a byte-level tokenizer.json in the order of their ranks."""
    letters = {c: b for b, c in zip(range(256), alphabet())}
    model = json.load(open(path))["model"]
    tokens = [bytes([b]) for b in range(256)]
    for m in model["merges"]:
        tokens.append(bytes(letters[c] for c in "".join(m if isinstance(m, list) else m.split(" "))))
    return tokens


def alphabet():
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    out, n = [], 0
    for b in range(256):
        out.append(chr(b) if b in plain else chr(256 + n))
        n += b not in plain
    return out


# Normalization rules, few so that the compiled map is small: code points to code points.
RULES = {"ﬁ": "fi", "①": "1", "e\u0301": "é", "\u212b": "Å", "\u3000": " ", "\t": " ", "\n": " ", "\u00a0": " ", "\u200b": "",
         "½": " 1/2 ", "Ⅳ": "IV", "ǅ": "Dž", "\u2581": "_", "zz": "y", "zzz": "x"}


def sentencepiece(folder, name, kind, size, **more):
    model = io.BytesIO()
    normal = {"normalization_rule_name": "identity", "remove_extra_whitespaces": False}
    if "normalization_rule_tsv" in more:
        normal = {}
    spm.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS.splitlines()), model_writer=model, model_type=kind,
                                   vocab_size=size, minloglevel=2, **normal, **more)
    path = f"{folder}/{name}.model"
    rules_path = more.get("normalization_rule_tsv", "").encode()
    data = model.getvalue()
    if rules_path:  # which the model would tell
        data = data.replace(rules_path, b"rules.tsv".rjust(len(rules_path), b"."))
    open(path, "wb").write(data)
    return path


def rules(folder):
    path = f"{folder}/rules.tsv"
    with open(path, "w") as f:
        for a, b in RULES.items():
            f.write(" ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n")
    return path


def precompiled(folder, name, charsmap):
    """A unigram model as T5's and XLM-R's tokenizer.json have it; the map is that of small_rules.model."""
    p = spm.SentencePieceProcessor(model_file=f"{folder}/small_rules.model")
    pieces = [(p.id_to_piece(i), p.get_score(i)) for i in range(p.get_piece_size()) if not p.is_byte(i)]
    t = Tokenizer(models.Unigram(pieces, 0, False))
    t.normalizer = normalizers.Precompiled(charsmap)
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.add_special_tokens(["</s>"])
    t.save(f"{folder}/{name}.json", pretty=False)
    return lambda s: t.encode(s, add_special_tokens=False).ids


def charsmap_of(path):
    """The compiled rules: field 2 of the normalizer's settings, field 3 of the model; what follows is short."""
    data = open(path, "rb").read()
    at = data.rindex(b"user_defined")  # the name of rules given as a table
    n, shift, k = 0, 0, at + len(b"user_defined") + 1
    while True:
        n |= (data[k] & 127) << shift
        shift, k = shift + 7, k + 1
        if data[k - 1] < 128:
            return data[k:k + n]


def main():
    folder = sys.argv[1]
    added = [AddedToken("<tool>", special=False, normalized=False), AddedToken("</tool>", special=False, normalized=False),
             AddedToken("<|end|>", special=True, normalized=False)]
    expected = []

    def expect(name, pattern, encode, special):
        for text in TEXTS:
            expected.append({"name": name, "pattern": pattern, "text": text, "ids": encode(text), "special": special})

    def hf(name, *args, **kw):
        path = byte_level(folder, name, *args, **kw)
        t = Tokenizer.from_file(path)
        expect(f"{name}.json", "", lambda s: t.encode(s, add_special_tokens=False).ids, "all")
        return path

    hf("small_gpt2", None, None, 400, [])
    hf("small_qwen2", [QWEN2], normalizers.NFC(), 420, added)
    hf("small_claude", None, normalizers.NFKC(), 400, [])
    path = hf("small_llama3", [LLAMA3], None, 420, added, ignore_merges=True)
    tokens = ranks_of(path)
    with open(f"{folder}/small.tiktoken", "w") as f:
        for rank, token in enumerate(tokens):
            f.write(f"{base64.b64encode(token).decode()} {rank}\n")
    t = tiktoken.Encoding("x", pat_str=LLAMA3, mergeable_ranks={b: i for i, b in enumerate(tokens)}, special_tokens={})
    expect("small.tiktoken", "llama3", t.encode_ordinary, "none")
    tekken = {"config": {"pattern": LLAMA3, "num_vocab_tokens": len(tokens), "default_vocab_size": len(tokens) + 10,
                         "default_num_special_tokens": 10, "version": "v3"},
              "vocab": [{"rank": i, "token_bytes": base64.b64encode(b).decode(), "token_str": None} for i, b in enumerate(tokens)],
              "special_tokens": [{"rank": 0, "token_str": "<unk>", "is_control": True}]}
    json.dump(tekken, open(f"{folder}/small_tekken.json", "w"), separators=(",", ":"))
    expect("small_tekken.json", "", lambda s: [i + 10 for i in t.encode_ordinary(s)], "none")
    for name, kind, size, more in (("small_bpe", "bpe", 700, {"byte_fallback": True, "user_defined_symbols": ["<tool>"]}),
                                   ("small_unknown", "bpe", 460, {"character_coverage": 0.995}),
                                   ("small_unigram", "unigram", 600, {"byte_fallback": True}),
                                   ("small_rules", "unigram", 500, {
                                       "byte_fallback": True, "user_defined_symbols": ["<tool>"],
                                       "normalization_rule_tsv": rules(folder)})):
        path = sentencepiece(folder, name, kind, size, **more)
        p = spm.SentencePieceProcessor(model_file=path)
        expect(f"{name}.model", "", p.encode, "none")
    expect("small_precompiled.json", "", precompiled(folder, "small_precompiled", charsmap_of(f"{folder}/small_rules.model")), "all")
    with open(f"{folder}/expected.json", "w", encoding="utf-8") as f:
        f.write("[\n" + ",\n".join(json.dumps(e, separators=(",", ":")) for e in expected) + "\n]\n")


os.makedirs(sys.argv[1], exist_ok=True)
main()
