#!/usr/bin/env python3
"""make bench-tokens: measures, prints the report and writes it to build/bench/report.md.

Environment: BENCH_ROUNDS (default 5), BENCH_PEERS ("gigatoken,tiktoken"; tok is always first),
BENCH_QUICK=1 (one round, three sizes, no adversarial texts, 100,000 rows), BENCH_SIZES, BENCH_CORPORA,
BENCH_ENCODINGS, BENCH_SECTIONS (corpora,adversarial,sql,start,memory), BENCH_CORE, BENCH_KERNEL (a kernel of
tok, as avx2, in place of the best that the processor has; not through SQL).
"""
import os
import sys

import measure
import report as report_module
import through_sql
from measure import BENCH, CORPORA, ENCODINGS, PEERS, SIZES
from report import Report, number


def listed(name, default):
    value = os.environ.get(name)
    return [x for x in value.replace(" ", ",").split(",") if x] if value else list(default)


def present(wanted):
    """Peers that can be measured, and why the others cannot. The wheel stands in for the native gigatoken."""
    peers, absent = ["tok"], {}
    for peer in wanted:
        why = measure.missing(peer)
        if peer == "tok" and why:
            sys.exit("bench: " + why)
        if why and peer == "gigatoken" and not measure.missing("gigatoken_py"):
            absent[peer] = why
            peers.append("gigatoken_py")
        elif why:
            absent[peer] = why
        elif peer != "tok":
            peers.append(peer)
    return peers, absent


def lowest_ratio(report, results, peer, texts, encodings, sizes, mode):
    found = [report.ratio(results, peer, t, e, s, mode) for t in texts for e in encodings for s in sizes]
    found = [r for r in found if r]
    return min(found) if found else None


def goal_rows(report, results, peers, encodings, sizes):
    """(what, least, goal, measured) for the comparisons with peers; the worst case of each."""
    giga = "gigatoken" if "gigatoken" in peers else "gigatoken_py" if "gigatoken_py" in peers else None
    rows = []
    for what, texts, wanted, modes in (
            ("English and code, 64 KB documents", ("english", "code"), (65536,), {"cold": (1.3, 2), "warm": (1.2, 2)}),
            ("multilingual, 64 KB documents", ("multilingual",), (65536,), {"cold": (4, 8), "warm": (1.5, 2)}),
            ("64-byte and 256-byte rows, all texts", CORPORA, (64, 256), {"warm": (2, 4)})):
        for mode, (least, goal) in modes.items():
            ratio = lowest_ratio(report, results, giga, texts, encodings, wanted, mode) if giga else None
            rows.append((f"{what}, {mode}, ÷ gigatoken", f"{least}×", f"{goal}×", ratio and f"{ratio:.2f}×",
                         ratio and ratio >= least, ratio and ratio >= goal))
    ratio = min(filter(None, (lowest_ratio(report, results, "tiktoken", CORPORA, encodings, sizes, m)
                              for m in ("cold", "warm"))), default=None)
    rows.append(("every text and size, ÷ tiktoken", "20×", "40×", ratio and f"{ratio:.1f}×", ratio and ratio >= 20,
                 ratio and ratio >= 40))
    return rows


def goals_table(report, rows):
    lines = [["what (the worst of the cases)", "at least", "goal", "measured", ""]]
    for what, least, goal, measured, passed, reached in rows:
        verdict = "" if not measured else "goal" if reached else "yes" if passed else "**not reached**"
        lines.append([what, least, goal, measured or "–", verdict])
    report.parts.insert(1, "\n## Against the goals\n\n" + report_module.table(lines))


def main():
    quick = os.environ.get("BENCH_QUICK") == "1"
    rounds = int(os.environ.get("BENCH_ROUNDS", "1" if quick else "5"))
    sizes = [int(s) for s in listed("BENCH_SIZES", (64, 65536, 0) if quick else SIZES)]
    names, encodings = listed("BENCH_CORPORA", CORPORA), listed("BENCH_ENCODINGS", ENCODINGS)
    sections = listed("BENCH_SECTIONS", ("corpora", "sql", "start", "memory") if quick else
                      ("corpora", "adversarial", "sql", "start", "memory"))
    default = [p for p in PEERS if not (quick and p in measure.SLOW)]
    peers, absent = present(listed("BENCH_PEERS", default))

    report = Report()
    report.say("# How fast tok counts tokens\n\n" + report_module.machine(measure.core(), rounds) + "\n")
    report_module.peers_list(report, peers, absent)
    rows, prefix = [], measure.pinned([])
    if "corpora" in sections:
        results = measure.corpora(peers, rounds, sizes, names, encodings)
        report_module.corpora_tables(report, results, peers, sizes, names, encodings)
        report_module.construction_table(report, results, peers, names, encodings)
        rows += goal_rows(report, results, peers, encodings, sizes)
        report.problems += [f"{' '.join(k)}: {v}" for k, v in results.errors.items()]
    if "adversarial" in sections:
        measure.progress("adversarial texts")
        results = measure.adversarial(peers, min(rounds, 3), encodings)
        slowest = report_module.adversarial_table(report, results, peers, encodings)
        if slowest:
            rows.append((f"slowest adversarial text ({slowest[1]}, {slowest[2]})", "50 MB/s", "100 MB/s",
                         number(slowest[0]) + " MB/s", slowest[0] >= 50, slowest[0] >= 100))
    if "sql" in sections:
        measure.progress("through SQL")
        ratio = through_sql.rows_section(report, prefix, 100_000 if quick else 1_000_000)
        rows.append(("SQL over short rows ÷ Python function with tiktoken", "15×", "40×", ratio and f"{ratio:.1f}×",
                     ratio and ratio >= 15, ratio and ratio >= 40))
    if "start" in sections:
        start = through_sql.start_section(report)
        rows.append(("process start + load + first count", "< 5 ms", "< 3 ms",
                     start and f"{start[0]:.2f} ms ({start[1]:.2f} beyond the bare shell)",
                     start and start[0] < 5, start and start[0] < 3))
    if "memory" in sections:
        memory = through_sql.memory_section(report)
        rows.append(("resident memory after two encodings", "< 16 MB", "< 8 MB",
                     memory and f"{memory[0]:.1f} MB ({memory[1]:.1f} private)", memory and memory[0] < 16,
                     memory and memory[0] < 8))
    goals_table(report, rows)
    text = report.text()
    print(text)
    (BENCH / "report.md").write_text(text)
    measure.progress("written to build/bench/report.md")
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
