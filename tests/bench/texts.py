#!/usr/bin/env python3
"""Prepares the texts of the benchmark in the given folder.

english, code, multilingual: 4 MB each, unpacked from ../shared/data/tokens where that folder is present.
Where it is not, texts of the same size are made from this repository alone, the same on every run:
code from its own sources, the other two from words of the o200k vocabulary drawn with Zipf's frequencies.
Made texts repeat more than real ones do, so they flatter caches; the report says which were used.

adv_*.txt: 1 MB each of what makes tokenizers slow or makes them crash.
"""
import base64
import gzip
import itertools
import json
import pathlib
import random
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
MADE_BYTES = 4_000_000
ADVERSARIAL_BYTES = 1_000_000
NAMES = ("english", "code", "multilingual")


def shared_folder():
    """../shared beside the checkout; one level further up for a linked work tree."""
    for folder in (ROOT.parent, ROOT.parent.parent):
        if (folder / "shared/data/tokens/english.txt.gz").exists():
            return folder / "shared/data/tokens"
    return None


def cut_utf8(data, size):
    return data[:size].decode("utf-8", "ignore").encode()


def made_code():
    files = [p for p in sorted(ROOT.glob("ext/**/*.[ch]")) + sorted(ROOT.glob("tests/**/*.[ch]"))]
    one = b"".join(p.read_bytes() for p in files)
    return cut_utf8(one * (MADE_BYTES // len(one) + 1), MADE_BYTES)


def vocabulary_words():
    path = next((ROOT / "tokenizers").glob("**/o200k_base.tiktoken*"))
    raw = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
    for line in raw.split(b"\n"):
        token = base64.b64decode(line.split(b" ")[0])
        try:
            yield token.decode()
        except UnicodeDecodeError:
            pass


def zipf_text(words, seed):
    words = list(words)
    rng = random.Random(seed)
    weights = [1.0 / (i + 3) for i in range(len(words))]
    out = []
    for i, word in enumerate(rng.choices(words, weights, k=MADE_BYTES // 3)):
        out.append(word)
        if i % 17 == 16:
            out.append(rng.choice((",", ".", ".\n\n", ";", " 1987", "?", "'s")))
    return cut_utf8("".join(out).encode(), MADE_BYTES)


def made_text(name):
    if name == "code":
        return made_code()
    words = [w for w in vocabulary_words() if len(w.strip()) > 0]
    if name == "english":
        return zipf_text((w for w in words if w[0] == " " and w[1:].isascii() and w[1:].isalpha()), 1)
    return zipf_text((w for w in words if not w.isascii() and unicodedata.category(w[-1])[0] == "L"), 2)


def adversarial():
    rng = random.Random(7)
    n = ADVERSARIAL_BYTES
    chinese = "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(n // 3))
    known = [w.strip() for w in vocabulary_words()]
    words = [w for w in known if len(w) > 2 and w.isascii() and w.isalpha() and w.islower()]

    def joined(first, last):
        script = [w for w in known if len(w) > 2 and all(first <= c <= last for c in w)]
        return cut_utf8("".join(rng.choice(script) for _ in range(n // 4)).encode(), n).decode()

    def names():  # of 63 letters and more: each is a piece of its own
        while True:
            name = ""
            while len(name) < 63:
                name += rng.choice(words)
            yield name

    return {
        "a": "a" * n,
        "spaces": " " * n,
        "newlines": "\n" * n,
        "digits": "".join(rng.choice("0123456789") for _ in range(n)),
        "chinese": chinese,
        "letters": "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(n)),
        "words": "".join(rng.choice(words) for _ in range(n // 4))[:n],
        "cyrillic": joined("а", "я"),
        "devanagari": joined("ऄ", "ॡ"),
        "names": " ".join(itertools.islice(names(), n // 64))[:n],
        "space-newline": " \n" * (n // 2),
        "caret": "^" * n,
    }


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    shared = shared_folder()
    about = {"made": [], "from": "../shared/data/tokens" if shared else "this repository"}
    for name in NAMES:
        if shared:
            data = gzip.open(shared / (name + ".txt.gz")).read()
        else:
            data = made_text(name)
            about["made"].append(name)
        (folder / (name + ".txt")).write_bytes(data)
    if shared and (shared / "corpus_counts.json").exists():
        about["counts"] = json.loads((shared / "corpus_counts.json").read_text())
    for name, text in adversarial().items():
        (folder / f"adv_{name}.txt").write_bytes(text.encode())
    (folder / "about.json").write_text(json.dumps(about, indent=1))
    if about["made"]:
        print("bench: ../shared/data/tokens is absent; the texts were made from this repository")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
