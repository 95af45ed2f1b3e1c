#!/usr/bin/env python3
"""Rebuilds the .tiktoken files of this folder from the npm package `tiktoken` (MIT).

    npm pack tiktoken@1.0.22 && tar xzf tiktoken-1.0.22.tgz
    python3 tokenizers/gen/from_npm.py package/encoders tokenizers

A line is "<base64 of the token's bytes> <rank>", ordered by rank. The sha256 of each file must be the
one that the reference encoder publishes for its download; otherwise nothing is written.
"""
import hashlib
import json
import pathlib
import sys

SHA256_PREFIX = {  # published: tiktoken_ext/openai_public.py, expected_hash
    "r50k_base": "306cd27f",
    "p50k_base": "94b5ca7d",
    "cl100k_base": "223921b7",
    "o200k_base": "446a9538",
}


def lines(packed: str):
    for row in packed.split("\n"):
        if not row:
            continue
        _mark, offset, *tokens = row.split(" ")
        for i, token in enumerate(tokens):
            yield int(offset) + i, token


def main(encoders: str, out: str) -> None:
    for name, prefix in SHA256_PREFIX.items():
        packed = json.loads(pathlib.Path(encoders, name + ".json").read_text())["bpe_ranks"]
        ranks = sorted(lines(packed))
        text = "".join(f"{token} {rank}\n" for rank, token in ranks)
        digest = hashlib.sha256(text.encode()).hexdigest()
        if not digest.startswith(prefix):
            sys.exit(f"{name}: sha256 {digest} is not the published one")
        pathlib.Path(out, name + ".tiktoken").write_text(text)
        print(name, len(ranks), digest)


main(*sys.argv[1:])
