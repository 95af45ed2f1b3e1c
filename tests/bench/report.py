"""Tables of the benchmark's report. A ratio is printed only where both counted the same documents and tokens,
or where the difference is one that we can explain; everything else says that the counts differ."""
import json
import os
import platform
import subprocess

from measure import ABOUT, BENCH, ROOT

# Peers whose tables follow a newer Unicode than the reference encoder's (16.0). Their counts may
# differ on texts with characters that were added since, so a small difference does not make a
# comparison unfair.
NEWER_UNICODE = ("gigatoken", "gigatoken_py", "quicktok", "gpt_tokenizer")
EXPLAINED_AT_MOST = 1e-4  # of the count


def size_name(size):
    return "whole" if size == 0 else f"{size} B" if size < 1024 else f"{size // 1024} KB"


def table(rows):
    head, *body = rows
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in body]) + "\n"


def number(x):
    return "–" if x is None else f"{x:.0f}" if x >= 100 else f"{x:.1f}"


class Report:
    def __init__(self):
        self.parts, self.problems, self.footnotes = [], [], []

    def say(self, text):
        self.parts.append(text)

    def heading(self, text):
        self.parts.append("\n## " + text + "\n")

    def comparable(self, results, peer, text, encoding, size):
        """'' if tok and the peer agree, '*' if they differ for a known reason, else None."""
        ours = results.counts.get(("tok", text, encoding, size))
        theirs = results.counts.get((peer, text, encoding, size))
        if ours is None or theirs is None or (text, encoding) in getattr(results, "distrusted", ()):
            return None
        if ours == theirs:
            return ""
        what = f"{peer}, {text}, {encoding}, {size_name(size)}: {theirs[1]} tokens, tok {ours[1]}"
        known = (peer in NEWER_UNICODE and ours[0] == theirs[0]
                 and abs(ours[1] - theirs[1]) <= EXPLAINED_AT_MOST * ours[1])
        note = what + (" (its Unicode tables are newer than the reference encoder's)" if known else "")
        if note not in self.footnotes:
            self.footnotes.append(note)
        return "*" if known else None

    def ratio(self, results, peer, text, encoding, size, mode):
        mark = self.comparable(results, peer, text, encoding, size)
        ours = results.mb_s("tok", text, encoding, size, mode)
        theirs = results.mb_s(peer, text, encoding, size, mode)
        return None if mark is None or not ours or not theirs else ours / theirs

    def ratio_text(self, results, peer, text, encoding, size, mode):
        ratio = self.ratio(results, peer, text, encoding, size, mode)
        if ratio is None:
            both = all((p, text, encoding, size) in results.counts for p in ("tok", peer))
            return "counts differ" if both else "–"
        return f"{ratio:.1f}×" + self.comparable(results, peer, text, encoding, size)

    def text(self):
        notes = ""
        if self.footnotes:
            notes = "\n## Counts that differ\n\n" + "".join(f"- {n}\n" for n in self.footnotes)
        problems = "".join(f"\n**{p}**\n" for p in self.problems)
        return self.parts[0] + problems + "\n".join(self.parts[1:]) + notes


def shell(command):
    try:
        return subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


def machine(core, rounds):
    cpu = shell("sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1") or platform.processor()
    flags = shell("grep -m1 -oE 'avx512bw|asimd' /proc/cpuinfo | head -1") or shell(
        "grep -m1 -o avx2 /proc/cpuinfo | head -1")
    path = shell("build/bench/bench_tokens --corpus tests/bench/test.mk --rounds 1 --size 0 | sed -n 's/^tok, path \\([a-z0-9]*\\).*/\\1/p'")
    return (f"{cpu} ({platform.machine()}, best vector extension {flags or 'none'}; tok used: {path}), "
            f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f} now; everything pinned to core {core}. "
            f"{platform.system()} {platform.release()}, {shell('cc --version | head -1')}. "
            f"CPU time, medians of {rounds} rounds.")


def check_truth(report, results):
    """tok against the published counts of the corpora: where it is wrong there is nothing to compare."""
    truth = json.loads((BENCH / "data" / "about.json").read_text()).get("counts", {})
    results.distrusted = set()
    checked = 0
    for (peer, text, encoding, size), (_, tokens) in results.counts.items():
        expected = truth.get(text, {}).get(encoding)
        if peer != "tok" or size != 0 or expected is None:
            continue
        checked += 1
        if tokens != expected:
            results.distrusted.add((text, encoding))
            report.problems.append(f"tok counts {tokens} tokens in {text} with {encoding}; the reference encoder "
                                   f"counts {expected}. No ratio is shown for it.")
    return checked


def corpora_tables(report, results, peers, sizes, names, encodings):
    checked = check_truth(report, results)
    report.heading("Three texts of 4 MB, cut into documents")
    report.say(f"MB/s, cold / warm. Cold: first pass of a fresh encoder. Warm: the passes after it. The counts of "
               f"{checked} texts × encodings agree with the reference encoder's published ones.\n"
               if checked else "MB/s, cold / warm. Not checked against published counts: whole texts were not measured, or none are at hand.\n")
    for encoding in encodings:
        for text in names:
            rows = [[f"{encoding}, {text}"] + [size_name(s) for s in sizes]]
            for peer in peers:
                cells = []
                for s in sizes:
                    pair = [results.mb_s(peer, text, encoding, s, m) for m in ("cold", "warm")]
                    cells.append("–" if pair[0] is None else " / ".join(map(number, pair)))
                rows.append([peer] + cells)
            for peer in peers[1:]:
                pairs = [[report.ratio_text(results, peer, text, encoding, s, m) for m in ("cold", "warm")]
                         for s in sizes]
                rows.append([f"tok ÷ {peer}"] + [" / ".join(dict.fromkeys(p)) if "×" not in p[0] else " / ".join(p)
                                                 for p in pairs])
            report.say(table(rows))


def construction_table(report, results, peers, names, encodings):
    report.heading("Construction and the first pass of a process")
    report.say("Construction: CPU milliseconds until the first text can be counted. First pass: MB/s, 64-KB documents "
               "of the English text, in a new process: page faults of the tables included.\n")
    rows = [["peer"] + [f"{e}: {w}" for e in encodings for w in ("construction, ms", "first pass, MB/s")]]
    for peer in peers:
        row = [peer]
        for encoding in encodings:
            build = results.build_s(peer, encoding)
            first = results.mb_s(peer, names[0], encoding, 65536, "first")
            row += ["–" if build is None else f"{build * 1000:.3g}", number(first)]
        rows.append(row)
    report.say(table(rows))


def adversarial_table(report, results, peers, encodings):
    report.heading("Adversarial texts, 1 MB each, as one document")
    report.say("MB/s of a fresh encoder's first pass, each peer in a process of its own, with a time limit.\n")
    texts = sorted({key[1] for key in results.counts} | {key[1] for key in results.errors})
    slowest = None
    for encoding in encodings:
        rows = [[encoding] + peers]
        for text in texts:
            row = [text]
            for peer in peers:
                speed = results.mb_s(peer, text, encoding, 0, "cold") if text in results.bytes else None
                error = results.errors.get((peer, text, encoding))
                wrong = peer != "tok" and speed and report.comparable(results, peer, text, encoding, 0) is None
                row.append(error if speed is None and error else number(speed) + (" (counts differ)" if wrong else ""))
                if peer == "tok" and speed and (slowest is None or speed < slowest[0]):
                    slowest = (speed, text, encoding)
            rows.append(row)
        report.say(table(rows))
    return slowest


def peers_list(report, peers, absent):
    report.heading("Who was measured")
    for peer in peers:
        report.say(f"- **{peer}**: {ABOUT[peer]}")
    for peer, why in absent.items():
        report.say(f"- {peer} ({ABOUT[peer]}): not measured, {why}")
