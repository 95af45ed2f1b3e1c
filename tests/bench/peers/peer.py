#!/usr/bin/env python3
"""Python peers, each called by the fastest way its wheel offers. Options, document cuts, passes and output
lines are those of tests/bench/bench_tokens.c. Texts are decoded before the clock starts; the CPU time of the
whole process is measured, its other threads included. What the call from Python costs is part of the figure.

    PYTHONPATH=build/bench/py/quicktok python3 tests/bench/peers/peer.py quicktok --corpus text.txt ...
"""
import argparse
import base64
import json
import os
import pathlib
import time

CL100K = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")
O200K_UPPER, O200K_LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = "|".join((
    r"[^\r\n\p{L}\p{N}]?" + O200K_UPPER + "*" + O200K_LOWER + r"+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?" + O200K_UPPER + "+" + O200K_LOWER + r"*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"))
PATTERN = {"cl100k_base": CL100K, "o200k_base": O200K}


def ranks(encoding, folder):
    lines = (pathlib.Path(folder) / f"{encoding}.tiktoken").read_bytes().split(b"\n")
    pairs = (line.split() for line in lines if line)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}


class TiktokenPy:
    def __init__(self, encoding, vocab):
        import tiktoken.load
        tiktoken.load.load_tiktoken_bpe = lambda path, expected_hash=None: ranks(encoding, vocab)
        from tiktoken_ext import openai_public
        self.encoding = tiktoken.Encoding(**getattr(openai_public, encoding)())

    def count_all(self, docs):
        return sum(map(len, map(self.encoding.encode_ordinary, docs)))


class Quicktok:
    def __init__(self, encoding, vocab):
        import quicktok
        self.name = encoding
        self.tokenizer = quicktok.Tokenizer(encoding, "")

    def count_all(self, docs):
        return sum(map(self.tokenizer.count, docs))

    def fresh(self):
        return Quicktok(self.name, None)


class RsBpe:
    def __init__(self, encoding, vocab):
        from rs_bpe.bpe import openai
        self.tokenizer = getattr(openai, encoding)()

    def count_all(self, docs):
        return sum(map(self.tokenizer.count, docs))


class GigatokenPy:
    """Only used where the native library could not be built."""

    def __init__(self, encoding, vocab):
        import gigatoken
        self.made_from = encoding, vocab
        self.tokenizer = gigatoken.Tokenizer.from_tiktoken(str(pathlib.Path(vocab) / f"{encoding}.tiktoken"))._backend

    def count_all(self, docs):
        import awkward
        return int(awkward.count(self.tokenizer.encode_batch(docs, parallel=False)))

    def fresh(self):
        new = GigatokenPy(*self.made_from)
        # its first call forks a worker: part of construction
        new.tokenizer.encode_batch(["a"], parallel=False)
        return new


class Tokendagger:
    def __init__(self, encoding, vocab):
        import tokendagger
        self.tokenizer = tokendagger.Encoding(encoding, pat_str=PATTERN[encoding],
                                              mergeable_ranks=ranks(encoding, vocab), special_tokens={})

    def count_all(self, docs):
        return sum(map(len, map(self.tokenizer.encode_ordinary, docs)))


def byte_alphabet():
    """GPT-2's printable stand-ins for bytes, which the tokenizer.json format writes tokens in."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in shown}
    for i, b in enumerate(b for b in range(256) if b not in table):
        table[b] = chr(256 + i)
    return table


def merge_of(token, rank):
    """The two tokens whose merge makes `token`: byte-pair encoding with all lower ranks leaves two parts."""
    limit, parts = rank[token], [token[i:i + 1] for i in range(len(token))]
    while len(parts) > 2:
        pairs = [(rank.get(parts[i] + parts[i + 1], limit), i) for i in range(len(parts) - 1)]
        _, i = min(pairs)
        parts[i:i + 2] = [parts[i] + parts[i + 1]]
    return parts


class Tokenizers:
    def __init__(self, encoding, vocab):
        from tokenizers import Tokenizer
        path = pathlib.Path(os.environ.get("BENCH_DIR", "build/bench")) / f"{encoding}.tokenizer.json"
        if not path.exists():
            path.write_text(self.convert(encoding, vocab))
        self.tokenizer = Tokenizer.from_file(str(path))

    @staticmethod
    def convert(encoding, vocab):
        rank, shown = ranks(encoding, vocab), byte_alphabet()

        def text(token):
            return "".join(shown[b] for b in token)

        merges = [[text(p) for p in merge_of(t, rank)] for t in sorted(rank, key=rank.get) if len(t) > 1]
        split = {"type": "Split", "pattern": {"Regex": PATTERN[encoding]}, "behavior": "Isolated", "invert": False}
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
        return json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [split, level]},
            "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": False,
                                                "trim_offsets": True, "use_regex": False},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False,
                      "ignore_merges": True, "vocab": {text(t): r for t, r in rank.items()}, "merges": merges}})

    def count_all(self, docs):
        return sum(map(len, self.tokenizer.encode_batch_fast(docs, add_special_tokens=False)))

    def fresh(self):
        self.tokenizer.model._clear_cache()
        return self


PEERS = {"tiktoken_py": TiktokenPy, "quicktok": Quicktok, "rs_bpe": RsBpe, "gigatoken_py": GigatokenPy,
         "tokendagger": Tokendagger, "tokenizers": Tokenizers}


def cut(data, size):
    """Every harness cuts alike: at most `size` bytes, moved back to the start of a character."""
    docs, at, size = [], 0, size or len(data)
    while at < len(data):
        end = min(at + size, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        docs.append(data[at:end].decode())
        at = end
    return docs


def timed(peer, docs, label):
    start = time.process_time()
    tokens = peer.count_all(docs)
    took = time.process_time() - start
    print("pass", label, len(docs), tokens, f"{took:.9f}", sep="\t", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--encoding", default="o200k_base")
    parser.add_argument("--size", default="65536")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--warm", type=int, default=1)
    parser.add_argument("--vocab", default="tokenizers")
    args = parser.parse_args()
    data = pathlib.Path(args.corpus).read_bytes()

    start = time.process_time()
    peer = PEERS[args.peer](args.encoding, args.vocab)
    print("build", args.encoding, f"{time.process_time() - start:.9f}", sep="\t", flush=True)
    timed(peer, cut(data, 65536), f"{args.encoding}\t65536\tfirst")
    for size in map(int, args.size.split(",")):
        docs = cut(data, size)
        for _ in range(args.rounds):
            # A peer that keeps a cache of pieces has a way back to the state after construction.
            peer = peer.fresh() if hasattr(peer, "fresh") else peer
            timed(peer, docs, f"{args.encoding}\t{size}\tcold")
            for _ in range(args.warm):
                timed(peer, docs, f"{args.encoding}\t{size}\twarm")


if __name__ == "__main__":
    main()
