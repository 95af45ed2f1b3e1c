#!/usr/bin/env python3
"""make bench-tokens-instr: instructions per byte of tok and of the native peers, which do not depend on how busy
the machine is. Counted by perf where the processor's counters can be read, else by valgrind's callgrind, which
knows no AVX-512: there every program takes its AVX2 path, and the table says so.

cold: the first pass of a fresh encoder over a text (construction subtracted); warm: a later pass.
"""
import os
import re
import shutil
import subprocess
import sys

from measure import BENCH, CORPORA, ENCODINGS, NATIVE, command_of, environment, missing
from report import table

TEXT_BYTES = 256 * 1024
SIZE = 8192
WARM_PASSES = 2
TIMEOUT_S = 900


def perf_works():
    done = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", "true"], capture_output=True, text=True) \
        if shutil.which("perf") else None
    return bool(done) and done.returncode == 0 and done.stderr.split(",")[0].isdigit()


def instructions(command, env, perf):
    if perf:
        done = subprocess.run(["perf", "stat", "-x,", "-e", "instructions:u", *command], env=env, capture_output=True,
                              text=True, timeout=TIMEOUT_S)
        return int(done.stderr.split(",")[0]) if done.returncode == 0 else None
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command], env=env,
                          capture_output=True, text=True, timeout=TIMEOUT_S)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found.group(1)) if found and done.returncode == 0 else None


def per_byte(peer, text, encoding, perf):
    """(cold, warm) instructions per byte, or a reason."""
    path = BENCH / "data" / f"instr_{text}.txt"
    data = (BENCH / "data" / (text + ".txt")).read_bytes()[:TEXT_BYTES].decode("utf-8", "ignore").encode()
    path.write_bytes(data)
    command = [c for c in command_of(peer) if c != "--tsv"] + [
        "--corpus", str(path), "--encoding", encoding, "--size", str(SIZE), "--passes"]
    counts = []
    for passes in (0, 1, 1 + WARM_PASSES):
        try:
            counts.append(instructions(command + [str(passes)], environment(peer), perf))
        except subprocess.TimeoutExpired:
            return f"> {TIMEOUT_S} s"
        if counts[-1] is None:
            return "fails here"
    cold, warm = counts[1] - counts[0], (counts[2] - counts[1]) / WARM_PASSES
    return f"{cold / len(data):.1f} / {warm / len(data):.1f}"


def main():
    perf = perf_works()
    if not perf and not shutil.which("valgrind"):
        print("bench: neither performance counters nor valgrind are available; instructions not counted")
        return
    wanted = os.environ.get("BENCH_PEERS", ",".join(NATIVE)).split(",")
    peers = ["tok"] + [p for p in wanted if p in NATIVE and not missing(p)]
    tool = "perf" if perf else "callgrind (its processor has no AVX-512: the AVX2 paths)"
    print(f"Instructions per byte, cold / warm, {TEXT_BYTES // 1024} KB in {SIZE // 1024}-KB documents, by {tool}.\n")
    rows = [["peer"] + [f"{t}, {e}" for t in CORPORA for e in ENCODINGS]]
    for peer in peers:
        print(f"bench: {peer}", file=sys.stderr, flush=True)
        rows.append([peer] + [per_byte(peer, t, e, perf) for t in CORPORA for e in ENCODINGS])
    text = table(rows)
    print(text)
    (BENCH / "instructions.md").write_text(f"Instructions per byte, cold / warm, by {tool}.\n\n{text}")


if __name__ == "__main__":
    main()
