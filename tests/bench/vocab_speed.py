"""How fast vocabularies are imported, loaded, and counted with, beside embedded ones.

    vocab_speed.py <tok.so> <folder of vocab.sh>

CPU time, the best of several; documents of 64 KB.
"""
import glob
import gzip
import os
import sqlite3
import sys
import tempfile
import time

CORPORA = "../shared/data/tokens"
SIZE, BYTES, ROUNDS = 65536, 4 << 20, 5


def best(rounds, f):
    times = []
    for _ in range(rounds):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
    return min(times)


def connect(path, tok):
    db = sqlite3.connect(path)
    db.enable_load_extension(True)
    db.load_extension(os.path.abspath(tok)[:-3])
    return db


def first_count(path, tok, name):
    times = []
    for _ in range(ROUNDS):
        db = connect(path, tok)
        start = time.process_time()
        db.execute("SELECT tok_count(?, 'Hello')", (name,)).fetchone()
        times.append(time.process_time() - start)
        db.close()
    return min(times)


def main():
    tok, folder = sys.argv[1:3]
    vocabularies = [(n, f"{folder}/npm/{n}/models/tokenizer.json", "") for n in
                    ("gemma3", "qwen3", "llama3", "deepseek_v3", "mistral_nemo", "llama2", "claude")]
    vocabularies += [("o200k_i", "tokenizers/o200k_base.tiktoken", "o200k"), ("cl100k_i", "tokenizers/cl100k_base.tiktoken", "cl100k")]
    vocabularies += [(os.path.basename(m)[:-6], m, "") for m in sorted(glob.glob(f"{folder}/synthetic/sp_nmt*.model"))]
    with tempfile.TemporaryDirectory() as tmp:
        path = f"{tmp}/v.db"
        print(f"{'vocabulary':14}{'file MB':>9}{'import s':>10}{'first count ms':>16}")
        for name, file, pattern in vocabularies:
            db = connect(path, tok)
            args = f"'{file}'" + (f", '{pattern}'" if pattern else "")
            start = time.process_time()
            db.execute(f"CREATE VIRTUAL TABLE v_{name} USING tok_vocabulary({args})")
            db.commit()
            seconds = time.process_time() - start
            db.close()
            first = first_count(path, tok, f"v_{name}")
            print(f"{name:14}{os.path.getsize(file) / 1e6:9.1f}{seconds:10.2f}{first * 1000:16.1f}")
        names = ["o200k_base", "cl100k_base"] + ["v_" + v[0] for v in vocabularies]
        corpora = {}
        for c in ("english", "code", "multilingual"):
            file = f"{CORPORA}/{c}.txt.gz"
            text = gzip.open(file, "rb").read(BYTES) if os.path.exists(file) else open("README.md", "rb").read() * 100
            corpora[c] = [text[i:i + SIZE].decode("utf-8", "replace") for i in range(0, len(text), SIZE)]
        print(f"\n{'MB/s':14}" + "".join(f"{c:>14}" for c in corpora))
        for name in names:
            # a connection remembers most of the first vocabulary that it counts with
            db = connect(path, tok)
            row = f"{name:14}"
            for c, docs in corpora.items():
                db.execute(f"CREATE TEMP TABLE {c}(body)")
                db.executemany(f"INSERT INTO {c} VALUES (?)", [(d,) for d in docs])
                run = lambda: db.execute(f"SELECT sum(tok_count(?, body)) FROM {c}", (name,)).fetchone()
                run()
                row += f"{sum(len(d.encode()) for d in docs) / best(ROUNDS, run) / 1e6:14.0f}"
            db.close()
            print(row)


main()
