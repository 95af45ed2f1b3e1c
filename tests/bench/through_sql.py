#!/usr/bin/env python3
"""The benchmark through SQL: many short rows against a Python function that calls tiktoken, the time until a
first count, and resident memory. Run as a program it measures one query and prints one JSON line; it is started
with a Python whose sqlite3 module can load extensions."""
import json
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build" / "bench"
ROW_BYTES = 100
UDF_SAMPLE = 50_000  # rows; the Python function over all of them would take minutes
STARTS = 20
MODEL = "gpt-4o"


def make_rows(path, n_rows):
    """Rows of at most 100 bytes of the three texts in turn, each pass over a text shifted by 13 bytes, so that
    no two rows are alike."""
    texts = [(BENCH / "data" / (c + ".txt")).read_bytes() for c in ("english", "code", "multilingual")]
    starts = [0] * len(texts)

    def rows():
        shift = 0
        for i in range(n_rows):
            k = i % len(texts)
            if starts[k] + ROW_BYTES > len(texts[k]):
                shift += 13
                starts[k] = shift
            row = texts[k][starts[k]:starts[k] + ROW_BYTES]
            starts[k] += ROW_BYTES
            yield (row.decode("utf-8", "ignore"),)

    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT)")
    db.executemany("INSERT INTO t(text) VALUES (?)", rows())
    db.commit()
    db.close()


def timed_query(db, sql):
    start = time.process_time()
    value = db.execute(sql).fetchone()[0]
    return value, time.process_time() - start


def measure_one(what, rows_path, n_rows):
    db = sqlite3.connect(rows_path)
    where = "" if what == "tok" or what == "scan" else f" WHERE id <= {UDF_SAMPLE}"
    if what.startswith("tok"):
        db.enable_load_extension(True)
        db.load_extension(str(ROOT / "build" / "tok"))
        sql = f"SELECT sum(tok_count('{MODEL}', text)) FROM t"
    elif what == "scan":
        sql = "SELECT sum(length(text)) FROM t"
    else:
        sys.path.insert(0, str(ROOT / "tests" / "bench" / "peers"))
        import peer
        encoding = peer.TiktokenPy("o200k_base", ROOT / "tokenizers").encoding
        db.create_function("tiktoken_count", 1, lambda text: len(encoding.encode_ordinary(text)), deterministic=True)
        sql = "SELECT sum(tiktoken_count(text)) FROM t"
    # the file is in the page cache from here on
    db.execute("SELECT sum(length(text)) FROM t").fetchone()
    values, seconds = zip(*(timed_query(db, sql + where) for _ in range(1 if what == "udf" else 3)))
    print(json.dumps({"value": values[0], "seconds": min(seconds) if what == "udf" else statistics.median(seconds),
                      "bytes": db.execute("SELECT sum(length(CAST(text AS BLOB))) FROM t" + where).fetchone()[0]}))


def loading_python():
    """A Python whose sqlite3 can load extensions, or None."""
    check = "import sqlite3; sqlite3.connect(':memory:').enable_load_extension(True)"
    for python in (os.environ.get("PYTHON", sys.executable), "/usr/bin/python3"):
        if subprocess.run([python, "-c", check], capture_output=True).returncode == 0:
            return python
    return None


def in_process(python, prefix, what, rows_path, n_rows):
    env = dict(os.environ, PYTHONPATH=str(BENCH / "py" / "tiktoken_py"))
    done = subprocess.run(prefix + [python, __file__, what, str(rows_path), str(n_rows)], env=env,
                          capture_output=True, text=True)
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    return json.loads(done.stdout)


def rows_section(report, prefix, n_rows):
    """tok and tiktoken in one table's rows. Returns the ratio, or None."""
    report.heading(f"Through SQL: {n_rows:,} rows of about {ROW_BYTES} bytes")
    python = loading_python()
    if python is None:
        report.say("No Python whose sqlite3 can load extensions was found: not measured.\n")
        return None
    rows_path = BENCH / f"rows-{n_rows}.db"
    if not rows_path.exists():
        make_rows(rows_path, n_rows)
    found = {w: in_process(python, prefix, w, rows_path, n_rows) for w in ("scan", "tok", "tok-sample", "udf")}
    for what in ("scan", "tok", "tok-sample", "udf"):
        if "error" in found[what]:
            report.say(f"{what}: not measured, {found[what]['error']}\n")
    if "error" in found["tok"] or "error" in found["tok-sample"] or "error" in found["udf"]:
        return None
    tok, udf, scan = found["tok"], found["udf"], found["scan"]
    scaled = udf["seconds"] * tok["bytes"] / udf["bytes"]
    report.say(f"| query | CPU seconds | MB/s | tokens |\n|---|---:|---:|---:|\n"
               f"| `sum(length(text))`: what reading the rows costs | {scan['seconds']:.3f} | | |\n"
               f"| `sum(tok_count('{MODEL}', text))` | {tok['seconds']:.3f} | {tok['bytes'] / tok['seconds'] / 1e6:.0f} | {tok['value']} |\n"
               f"| the same with a Python function that calls tiktoken | {scaled:.2f} (scaled by bytes from "
               f"{UDF_SAMPLE:,} rows: {udf['seconds']:.3f}) | {udf['bytes'] / udf['seconds'] / 1e6:.1f} | |\n")
    if found["tok-sample"]["value"] != udf["value"]:
        report.problems.append(f"tok counts {found['tok-sample']['value']} tokens in the first {UDF_SAMPLE} rows, "
                               f"tiktoken {udf['value']}. No ratio is shown.")
        return None
    report.say(f"Both count {udf['value']} tokens in the first {UDF_SAMPLE:,} rows. "
               f"**tok is {scaled / tok['seconds']:.1f}× as fast**.\n")
    return scaled / tok["seconds"]


def one_process(command):
    """Wall and CPU milliseconds of a process from start to end, and what it complained about."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1e3, cpu * 1e3, done.stderr.strip() if done.returncode or "rror" in done.stderr else None


def start_section(report):
    """Wall milliseconds from the start of a process to its first count, and beyond the bare shell."""
    report.heading("Process start, load and first count")
    bare = ["sqlite3", ":memory:", "SELECT 1"]
    tok = ["sqlite3", ":memory:", "-cmd", f".load {ROOT / 'build' / 'tok'}", f"SELECT tok_count('{MODEL}', 'hello world')"]
    runs = {"bare": [], "tok": []}
    for _ in range(STARTS):
        runs["bare"].append(one_process(bare))  # in turns, as everything
        runs["tok"].append(one_process(tok))
    complaint = next((r[2] for rs in runs.values() for r in rs if r[2]), None)
    if complaint:
        report.say(f"not measured: {complaint}\n")
        return None
    (bare_wall, bare_cpu), (tok_wall, tok_cpu) = (
        [statistics.median(r[i] for r in runs[which]) for i in (0, 1)] for which in ("bare", "tok"))
    report.say(f"| sqlite3 shell, medians of {STARTS} | wall ms | CPU ms |\n|---|---:|---:|\n"
               f"| bare, `SELECT 1` | {bare_wall:.2f} | {bare_cpu:.2f} |\n"
               f"| `.load tok`, `SELECT tok_count('{MODEL}', 'hello world')` | {tok_wall:.2f} | {tok_cpu:.2f} |\n"
               f"| difference | {tok_wall - bare_wall:.2f} | {tok_cpu - bare_cpu:.2f} |\n")
    return tok_wall, tok_wall - bare_wall


def memory_section(report):
    """Megabytes of resident memory that counting with two encodings adds to a bare host: all, private."""
    report.heading("Resident memory")
    rows = ["| text counted with cl100k_base and o200k_base | VmRSS, MB | of it private (RssAnon) | shared pages of files |",
            "|---|---:|---:|---:|"]
    worst = None
    for text in ("english", "code", "multilingual"):
        command = [str(BENCH / "mem_host"), str(BENCH / "data" / (text + ".txt"))]
        runs = [subprocess.run(command + more, capture_output=True, text=True) for more in ([], [str(ROOT / "build" / "tok")])]
        if any(r.returncode for r in runs):
            report.say("not measured: " + "".join(r.stderr for r in runs).strip() + "\n")
            return None
        bare, tok = ([int(kb) for kb in r.stdout.split()] for r in runs)
        added = [(t - b) / 1024 for t, b in zip(tok, bare)]
        rows.append(f"| {text}, 4 MB | {added[0]:.1f} | {added[1]:.1f} | {added[2]:.1f} |")
        worst = added if worst is None or added[0] > worst[0] else worst
    report.say("Beyond a bare host that loaded the same text and no extension.\n")
    report.say("\n".join(rows) + "\n")
    return worst


if __name__ == "__main__":
    measure_one(sys.argv[1], sys.argv[2], int(sys.argv[3]))
