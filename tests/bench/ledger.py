#!/usr/bin/env python3
"""The ledger's benchmark: what an insert costs with all triggers beside none, and what views and reports cost beside the
same question as GROUP BY on the raw rows, in SQLite and in DuckDB, on the same data. Prints Markdown.

    make bench-ledger                        a million rows
    make bench-ledger BENCH_ROWS=10000000    ten million: a year
"""
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "build" / "bench"
DUCKDB = "duckdb==1.4.1"
INSERT_ROWS = 200_000
SUMS = ("count(*), sum(input_tokens), sum(output_tokens), sum(total_tokens), sum(cost_nano), avg(response_time_ms),"
        " sum(cache_read_tokens), min(unix_time), max(unix_time)")
DAY = "unix_time - unix_time % 86400"


def questions(last):
    """name, with tok, on the raw rows (both engines)."""
    since = last - last % 86400 - 29 * 86400
    month = f"unix_time >= {since} AND unix_time < {since + 30 * 86400}"
    session = "session-1234"
    rows = [(f"llm_by_{view}", f"SELECT * FROM llm_by_{view}", f"SELECT {key}, {SUMS} FROM llm_usage GROUP BY 1")
            for view, key in (("model", "model"), ("provider", "provider"), ("task", "task_type"),
                              ("tenant", "tenant_id"), ("day", DAY), ("hour", "unix_time - unix_time % 3600"))]
    rows.append(("llm_by_session, one", f"SELECT * FROM llm_by_session WHERE session_id = '{session}'",
                 f"SELECT session_id, {SUMS} FROM llm_usage WHERE session_id = '{session}' GROUP BY 1"))
    rows.append(("llm_stats", "SELECT * FROM llm_stats", f"SELECT {SUMS}, count(DISTINCT provider),"
                 " count(DISTINCT model), count(DISTINCT tenant_id) FROM llm_usage"))
    rows.append(("llm_unpriced", "SELECT * FROM llm_unpriced",
                 f"SELECT provider, model, {SUMS} FROM llm_usage WHERE cost_nano IS NULL GROUP BY 1, 2"))
    sums = "key, requests, input_tokens, output_tokens, total_tokens, cost_usd, share"
    until = since + 30 * 86400
    for what, key in (("day", DAY), ("model", "model"), ("tenant_id", "tenant_id")):
        raw = f"SELECT {key}, {SUMS} FROM llm_usage WHERE {month} GROUP BY 1"
        rows.append((f"tok_report by {what}, 30 days", f"SELECT {sums} FROM tok_report('{what}', {since}, {until})", raw))
        rows.append((f"… all columns with p50, p95, p99", f"SELECT * FROM tok_report('{what}', {since}, {until})", None))
    rows.append(("tok_analytics of a tenant, 30 days", f"SELECT tok_analytics('tenant-03', 30, {until})",
                 f"SELECT {DAY}, model, {SUMS} FROM llm_usage WHERE tenant_id = 'tenant-03' AND {month} GROUP BY 1, 2"))
    rows.append(("… until some second of an hour", f"SELECT tok_analytics('tenant-03', 30, {until - 4567})", None))
    return rows


def lengthen_tail(path):
    """As many rows that no roll-up has as there can be: until the next one whose id is a multiple of 4096. A bulk leaves none."""
    subprocess.run(["sqlite3", path, ".load build/tok", "SELECT tok_init()",
                    "INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, session_id, input_tokens,"
                    " output_tokens, response_time_ms) SELECT timestamp, provider, model, task_type, tenant_id, session_id,"
                    " input_tokens, output_tokens, response_time_ms FROM llm_usage"
                    " WHERE id > (SELECT max(id) - 8191 + max(id) % 4096 FROM llm_usage) ORDER BY id"],
                   check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def milliseconds(run, times):
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        spent.append(1000 * (time.perf_counter() - start))
        if sum(spent) > 20000:
            break
    return statistics.median(spent)


def ask(path, statements, times, mode="ask"):
    """CPU milliseconds of each statement, or its error."""
    done = subprocess.run([BENCH / "bench_ledger", path, str(times), mode], input="\n".join(statements) + "\n",
                          capture_output=True, text=True, check=True, cwd=ROOT)
    return [float(x) if x.replace(".", "", 1).isdigit() else x for x in done.stdout.splitlines()]


def ask_sqlite(path):
    with sqlite3.connect(path) as db:
        (last,) = db.execute("SELECT max(unix_time) FROM llm_usage").fetchone()
    asked = questions(last)
    fast = ask(path, [view for _, view, _ in asked], 9)
    longest = ask(path, [view for _, view, _ in asked], 9, "ask-longest")
    slow = iter(ask(path, [raw for _, _, raw in asked if raw], 3))
    return {"last": last, "version": sqlite3.sqlite_version,
            "answers": [(name, ms, more, next(slow) if raw else None)
                        for (name, _, raw), ms, more in zip(asked, fast, longest)]}


def ask_duckdb(csv, last):
    import duckdb
    db = duckdb.connect(":memory:")
    db.execute("SET threads = 2")
    db.execute(f"CREATE TABLE llm_usage AS SELECT * FROM read_csv('{csv}', header = true)")
    print(json.dumps({"version": duckdb.__version__, "answers": [
        milliseconds(lambda: db.execute(raw).fetchall(), 5) if raw else None for _, _, raw in questions(int(last))]}))


def inserts():
    """CPU µs a row and the share of bare, by how many rows a statement has; a bulk is one row a statement."""
    names = {"bare": "no trigger, the same indexes", "idle": "one trigger that does nothing",
             "fills": "one trigger that sets one column of the row", "plain": "all triggers, a client without tok",
             "full": "all triggers, tok prices",
             "fills-memory": "one that sets a column, under PRAGMA temp_store = MEMORY",
             "full-memory": "all, tok prices, under PRAGMA temp_store = MEMORY",
             "bulk": "tok_bulk_begin() … tok_bulk_end(), priced"}
    together = (1, 10, 100)
    runs = {(mode, n): [] for mode in names for n in together if n == 1 or mode not in ("fills-memory", "full-memory", "bulk")}
    for _ in range(3):  # in turn, so that what else the machine does meets all
        for mode, n in runs:
            done = subprocess.run([BENCH / "bench_ledger", BENCH / "insert.db", str(INSERT_ROWS), mode, str(n)],
                                  capture_output=True, text=True, check=True, cwd=ROOT)
            runs[mode, n].append([float(x) for x in done.stdout.split()[1:]])
    print("CPU µs a row in one transaction, and how fast that is beside no trigger\n\n"
          "| insert | 1 row a statement | 10 | 100 | rows/s by ones | to prepare one, µs |\n|---|---|---|---|---|---|")
    cpu = {key: min(x[0] for x in took) for key, took in runs.items()}
    for mode, name in names.items():
        cells = [f"{cpu[mode, n]:.2f}, {100 * cpu['bare', n] / cpu[mode, n]:.0f} %" if (mode, n) in cpu else "–" for n in together]
        ones = runs[mode, 1]
        print(f"| {name} | {' | '.join(cells)} | {max(x[1] for x in ones):,.0f} | {min(x[2] for x in ones):,.0f} |")


def connections(path):
    """CPU ms of what a connection does that comes to write one row."""
    steps = ("read the schema", "load tok, tok_init()", "prepare the INSERT", "insert, roll back", "close")
    done = subprocess.run([BENCH / "bench_ledger", path, "100", "connect"], capture_output=True, text=True, check=True,
                          cwd=ROOT)
    took = [float(x) for x in done.stdout.split()]
    print("\nA connection that writes one row, CPU ms: " +
          ", ".join(f"{step} {ms:.2f}" for step, ms in zip(steps, took)) + f"; in all {sum(took):.1f}")


def show(value):
    return "–" if value is None else value if isinstance(value, str) else f"{value:,.2f}"


def main():
    n_rows = int(os.environ.get("BENCH_ROWS", "1000000"))
    path, csv = BENCH / f"ledger-{n_rows}.db", BENCH / f"ledger-{n_rows}.csv"
    inserts()
    if not path.exists():
        subprocess.run([BENCH / "bench_ledger", path, str(n_rows), "bulk"], check=True, cwd=ROOT)
        lengthen_tail(path)
    connections(path)
    ours = ask_sqlite(path)
    theirs = {"version": "not there", "answers": [None] * len(ours["answers"])}
    packages = BENCH / "py" / "duckdb"
    if not packages.exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target",
                        packages, DUCKDB], check=False)
    if packages.exists():
        if not csv.exists():
            with open(csv, "wb") as out:
                subprocess.run(["sqlite3", "-csv", "-header", path, "SELECT unix_time, provider, model, task_type,"
                                " tenant_id, session_id, input_tokens, output_tokens, total_tokens, cost_nano,"
                                " response_time_ms, cache_read_tokens FROM llm_usage"], stdout=out, check=True)
        theirs = json.loads(subprocess.run([sys.executable, __file__, "duckdb", csv, str(ours["last"])], text=True,
                                           capture_output=True, check=True,
                                           env=dict(os.environ, PYTHONPATH=str(packages))).stdout)
    print(f"\n{n_rows:,} rows; SQLite {ours['version']}, DuckDB {theirs['version']} (in memory, 2 threads); medians, of SQLite in CPU time\n")
    print("| question | tok, ms | … tail of 8,192 rows | GROUP BY in SQLite, ms | GROUP BY in DuckDB, ms |\n|---|---|---|---|---|")
    for (name, fast, longest, slow), duck in zip(ours["answers"], theirs["answers"]):
        print(f"| {name} | {show(fast)} | {show(longest)} | {show(slow)} | {show(duck)} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ask_duckdb(*sys.argv[2:])
    else:
        main()
