"""Runs the harnesses of the peers, pinned to one core, and keeps what they print.

A harness is one process that measures one peer on one text with one encoding and prints the lines described
in bench_tokens.c. A round runs every peer's harness once for every text and encoding, so the peers take turns
(A B C A B C ...) and a disturbance of the machine does not fall on one of them alone.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build" / "bench"
HERE = pathlib.Path(__file__).resolve().parent
SIZES = (64, 256, 1024, 8192, 65536, 0)
CORPORA = ("english", "code", "multilingual")
ENCODINGS = ("cl100k_base", "o200k_base")
NATIVE = ("gigatoken", "tiktoken", "bpe_openai")
SLOW = ("tokenizers", "gpt_tokenizer", "tokendagger")  # never close: one round, three sizes
PEERS = ("tok", "gigatoken", "quicktok", "bpe_openai", "tiktoken") + SLOW
SLOW_ROUNDS = 1
SLOW_SIZES = (64, 65536, 0)
ADVERSARIAL_TIMEOUT_S = 15

ABOUT = {
    "tok": "this repository, C, called from C",
    "gigatoken": "gigatoken 0.10.0, Rust nightly, called from Rust (PyPI source distribution)",
    "gigatoken_py": "gigatoken 0.10.0, wheel, called from Python (the native build was not possible)",
    "quicktok": "quicktok-v1 0.4.0, C++, wheel, `count` called from Python",
    "bpe_openai": "bpe-openai 0.3.2, Rust, `count` called from Rust",
    "rs_bpe": "rs-bpe 0.1.0, Rust, wheel, `count` called from Python",
    "tiktoken": "tiktoken 0.14.0, Rust core called from Rust (PyPI source distribution): the reference encoder",
    "tiktoken_py": "tiktoken 0.14.0, wheel, called from Python",
    "tokenizers": "tokenizers 0.23.3, Rust, wheel, `encode_batch_fast` on one thread, called from Python",
    "tokendagger": "TokenDagger 0.1.1, C++ with PCRE2, called from Python",
    "gpt_tokenizer": "gpt-tokenizer 4.0.0, JavaScript, called from Node",
}


def core():
    """The core that everything is pinned to: the last one we may use, interrupts tend to sit on the first."""
    return os.environ.get("BENCH_CORE", str(max(os.sched_getaffinity(0))))


def pinned(command):
    return ["taskset", "-c", core(), *command] if shutil.which("taskset") else command


def command_of(peer):
    if peer == "tok":
        kernel = os.environ.get("BENCH_KERNEL")  # in place of the best that the processor has
        return [str(BENCH / "bench_tokens"), "--tsv"] + (["--kernel", kernel] if kernel else [])
    if peer in NATIVE:
        return [str(BENCH / "peers" / peer), "--vocab", str(ROOT / "tokenizers")]
    if peer == "gpt_tokenizer":
        return ["node", "--stack-size=60000", str(HERE / "peers" / "gpt_tokenizer.mjs"), "--modules",
                str(BENCH / "npm")]
    return [os.environ.get("PYTHON", sys.executable), str(HERE / "peers" / "peer.py"), peer, "--vocab",
            str(ROOT / "tokenizers")]


def environment(peer):
    env = dict(os.environ, RAYON_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", BENCH_DIR=str(BENCH))
    env["PYTHONPATH"] = str(BENCH / "py" / peer)
    return env


def missing(peer):
    """Why a peer cannot be measured, or None."""
    if peer == "tok":
        return None if (BENCH / "bench_tokens").exists() else "build/bench/bench_tokens is not built"
    note = BENCH / "peers" / (peer + ".missing")
    if note.exists():
        return note.read_text().strip()
    return None if (BENCH / "peers" / (peer + ".ok")).exists() else "not fetched"


def run(peer, text, encoding, sizes, warm, timeout_s=600):
    """The harness's output lines, split; and an error or None."""
    command = pinned(command_of(peer) + ["--corpus", str(text), "--encoding", encoding, "--size",
                                         ",".join(map(str, sizes)), "--rounds", "1", "--warm", str(warm)])
    try:
        done = subprocess.run(command, env=environment(peer), capture_output=True, text=True, timeout=timeout_s,
                              errors="replace")
    except subprocess.TimeoutExpired:
        return [], f"> {timeout_s} s"
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    if done.returncode == 0:
        return lines, None
    why = "panic or exception" if done.returncode > 0 else f"killed by signal {-done.returncode}"
    return lines, why


class Results:
    """Samples by (peer, text, encoding, size, mode), counts by (peer, text, encoding, size)."""

    def __init__(self):
        self.seconds, self.counts, self.builds, self.bytes, self.errors = {}, {}, {}, {}, {}

    def add(self, peer, text, path, encoding, lines, error):
        self.bytes[text] = path.stat().st_size
        if error:
            self.errors[peer, text, encoding] = error
        for line in lines:
            if line[0] == "build":
                self.builds.setdefault((peer, encoding), []).append(float(line[2]))
            elif line[0] == "pass":
                _, _, size, mode, docs, tokens, seconds = line
                key = (peer, text, encoding, int(size))
                if mode == "first":
                    key = (peer, text, encoding, 65536)
                count = (int(docs), int(tokens))
                if self.counts.setdefault(key, count) != count:
                    self.errors[peer, text, encoding] = "two passes over one text gave different counts"
                self.seconds.setdefault((*key, mode), []).append(float(seconds))

    def mb_s(self, peer, text, encoding, size, mode):
        """Median MB/s, or None."""
        samples = self.seconds.get((peer, text, encoding, size, mode))
        return self.bytes[text] / statistics.median(samples) / 1e6 if samples else None

    def build_s(self, peer, encoding):
        samples = self.builds.get((peer, encoding))
        return statistics.median(samples) if samples else None


def progress(text):
    print("bench: " + text, file=sys.stderr, flush=True)


def corpora(peers, rounds, sizes, names=CORPORA, encodings=ENCODINGS):
    results = Results()
    for round_number in range(rounds):
        progress(f"round {round_number + 1} of {rounds}, load {os.getloadavg()[0]:.2f}")
        for text in names:
            for encoding in encodings:
                for peer in peers:
                    if peer in SLOW and round_number >= SLOW_ROUNDS:
                        continue
                    path = BENCH / "data" / (text + ".txt")
                    wanted = [z for z in sizes if z in SLOW_SIZES] if peer in SLOW else sizes
                    lines, error = run(peer, path, encoding, wanted, 1 if peer in SLOW else 3)
                    results.add(peer, text, path, encoding, lines, error)
    return results


def adversarial(peers, rounds, encodings=ENCODINGS):
    """Each text whole, each peer in a process of its own, with a time limit; the slow peers with one encoding."""
    results = Results()
    for round_number in range(rounds):
        for path in sorted((BENCH / "data").glob("adv_*.txt")):
            text = path.stem[4:]
            for encoding in encodings:
                for peer in peers:
                    slow = peer in SLOW and (round_number or encoding != encodings[-1])
                    if slow or (peer, text, encoding) in results.errors:
                        continue
                    lines, error = run(peer, path, encoding, (0,), 1, ADVERSARIAL_TIMEOUT_S)
                    results.add(peer, text, path, encoding, lines, error)
    return results
