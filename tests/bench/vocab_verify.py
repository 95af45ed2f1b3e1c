"""tok's ids for imported vocabularies beside those of each family's reference implementation.

    vocab_verify.py <tok.so> <python of the reference> <list>

list: lines of   name | kind | file | pattern   (kind: see vocab_reference.py). Texts: corpora of ../shared/data/tokens
where they are, else made up; random Unicode; fragments that the expressions care about. Prints a table; exit
status 1 if an id differs.
"""
import gzip
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import unicodedata

N_TEXTS = int(os.environ.get("TOK_VERIFY_TEXTS", "10000"))
CORPORA = "../shared/data/tokens"
FRAGMENTS = ["a", "T", "The", "ABC", "abcDef", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", " \n", "\n ", "0", "12", "123",
             "12345678901", "!", "!!", "(", "...", "/", "//", "!\n/", "-", "_", "'", "''", "'s", "'S", "'ll", "'lL", "'Re",
             "'ve", "'d", "don't", "I'M", "é", "É", "ж", "Ж", "ا", "٣", "\u00a0", "½", "你", "好", "中文", "。", "\u3000", "の",
             "カ", "ー", "“", "”", "’", "क", "ि", "ก", "\u0301", "e\u0301", "가", "한", "😀", "𝐀", "ǅ", "ʰ", "ⁿ", "Ⅳ", "ſ", "'ſ",
             "\u2581", "\u2581\u2581", "\x85", "\u2028", "\x0b", "\x1c", "\x7f", "\x00", "{", "}", ";\n", "#", "☃", "§", "€", "\u200b", "\ufeff",
             "\u200d", "ffi", "ﬁ", "Å", "\u212b", "ﾊﾝ", "①", "〇", "々", "⺀", "\U00020000", "ᄒ", "ᅡ", "ᆫ"]


def stable(c):
    """Assigned, and in the same class in every version of Unicode that an implementation may have."""
    return unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co") and unicodedata.ucd_3_2_0.category(chr(c)) != "Cn"


def texts():
    rng = random.Random(7)
    chars = [chr(c) for c in range(0x110000) if stable(c)]
    out = []
    corpora = []
    for name in ("english", "code", "multilingual"):
        path = f"{CORPORA}/{name}.txt.gz"
        if os.path.exists(path):
            corpora.append(gzip.open(path, "rt", encoding="utf-8").read())
    for i in range(N_TEXTS):
        if corpora and i % 2 == 0:
            c = corpora[i // 2 % len(corpora)]
            n = rng.choice((5, 20, 60, 200, 800))
            at = rng.randrange(max(1, len(c) - n))
            out.append(c[at:at + rng.randrange(1, n + 1)])
        elif i % 4 == 1:
            some = rng.sample(FRAGMENTS, rng.randrange(1, 9))
            out.append("".join(rng.choice(some if rng.random() < .75 else FRAGMENTS) for _ in range(rng.randrange(1, 40))))
        else:
            out.append("".join(rng.choice(chars) if rng.random() < .6 else rng.choice(FRAGMENTS)
                               for _ in range(rng.randrange(1, 30))))
    return out


def verify(db, python, name, kind, path, pattern, some):
    here = os.path.dirname(os.path.abspath(__file__))
    table = "v_" + name.replace(".", "_").replace("-", "_")
    args = "'%s'" % path.replace("'", "''") + (", '%s'" % pattern.replace("'", "''") if pattern else "")
    try:
        db.execute(f"CREATE VIRTUAL TABLE {table} USING tok_vocabulary({args})")
    except sqlite3.Error as e:
        print(f"{name:24} {e}")
        return False
    shown = pattern
    if pattern:
        shown = db.execute("SELECT pattern FROM tok_encodings WHERE name = ?", (table,)).fetchone()[0]
    with tempfile.TemporaryFile("w+") as f:
        f.write("".join(json.dumps(t) + "\n" for t in some))
        f.seek(0)
        command = [python, f"{here}/vocab_reference.py", kind, path] + ([shown] if shown else [])
        run = subprocess.run(command, stdin=f, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = run.stdout.splitlines()
    if len(lines) != len(some):
        print(f"{name:24} the reference failed: {run.stderr.strip().splitlines()[-1:]}")
        return False
    wrong, counts, ids = [], 0, 0
    for t, line in zip(some, lines):
        want = json.loads(line)
        got = json.loads(db.execute("SELECT tok_encode(?, ?, 'all')", (table, t)).fetchone()[0])
        n = db.execute("SELECT tok_count(?, ?)", (table, t)).fetchone()[0]
        ids += len(want)
        if got != want:
            wrong.append((t, want, got))
        elif n != len(want):
            counts += 1
            wrong.append((t, len(want), n))
    print(f"{name:24} {len(some)} texts, {ids} ids, {len(wrong)} texts differ")
    for t, want, got in wrong[:int(os.environ.get("TOK_VERIFY_SHOW", "2"))]:
        print("    ", ascii(t)[:300])
        print("       reference", str(want)[:300])
        print("       tok      ", str(got)[:300])
    return not wrong


def main():
    tok, python, listing = sys.argv[1:4]
    db = sqlite3.connect(":memory:")
    db.enable_load_extension(True)
    db.load_extension(os.path.abspath(tok)[:-3])
    some, good = texts(), True
    for line in open(listing):
        if not line.strip() or line.startswith("#"):
            continue
        name, kind, path, pattern = (line.rstrip("\n").split("|") + ["", ""])[:4]
        good &= verify(db, python, name.strip(), kind.strip(), path.strip(), pattern.strip(), some)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
