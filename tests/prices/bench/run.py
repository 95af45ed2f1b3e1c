"""make bench-prices: tok beside genai-prices, Python and JavaScript, on the same work in the same run.

Work: the requests of data/usage/price_truth that everybody prices (provider, model, tokens, time), and the response
bodies of data/usage/recordings that genai-prices reads. Costs are compared, not only timed: where they differ the run
fails. Numbers are medians of CPU seconds; peers get decoded objects for costs and text for responses, as tok does.
"""
import gzip
import json
import os
import re
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = "0.1.8"  # of both packages: the prices that the truth was computed with
BUILD = os.environ.get("BENCH", "build/bench")
EXT = os.environ.get("TOK_EXT", "build/tok")
DATA = os.path.join(os.environ.get("TOK_DATA", "../shared/data"), "usage")
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
AT = "2026-08-20T12:00:00Z"
PLAIN = {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens"}
N_COSTS = 20000    # requests a round for the peers
TOK_TIMES = 50     # as many times the same for tok, so that a round takes long enough to be timed
N_DISTINCT = 1000  # models of the column test


def lines(name):
    with gzip.open(os.path.join(DATA, name), "rt", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def requests():
    rows = [r for r in lines("price_truth.jsonl.gz") if r.get("price") and not r.get("suspect") and r["provider"]
            and r["timestamp"] == AT and set(r["usage"]) <= PLAIN]
    return [[r["provider"], r["model_ref"], r["usage"]] for r in (rows * (N_COSTS // len(rows) + 1))[:N_COSTS]]


PROVIDERS = {"openai": "openai", "anthropic": "anthropic", "google-gemini": "google", "google-vertex": "google",
             "mistral": "mistral", "groq": "groq", "deepseek": "deepseek", "together": "together"}


def bodies():
    out = []
    for r in lines("recordings.jsonl.gz"):
        expected, body = r.get("expected"), r["response_body"]
        if expected and r["provider"] in PROVIDERS and isinstance(body, dict) and "stream_events" not in body:
            out.append([PROVIDERS[r["provider"]], expected[0]["api_flavor"], json.dumps(body)])
    return out


def peer(command, work):
    try:
        p = subprocess.run(command, input=json.dumps(work), capture_output=True, text=True, timeout=900, check=True)
        return json.loads(p.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as e:
        print("peer", command[0], "could not run:", getattr(e, "stderr", None) or e)
        return None


def install():
    """Both packages, pinned, below build/bench; what cannot be had is left out with its reason."""
    os.makedirs(BUILD, exist_ok=True)
    js, py = os.path.join(BUILD, "prices-js"), os.path.join(BUILD, "prices-py")
    if not os.path.isdir(os.path.join(js, "node_modules")):
        os.makedirs(js, exist_ok=True)
        subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", js, "@pydantic/genai-prices@" + VERSION],
                       check=False)
    if not os.path.isdir(os.path.join(py, "genai_prices")):
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--target", py, "genai-prices==" + VERSION],
                       check=False)
    return js, py


def tok(work, distinct):
    """CPU seconds of each statement, by the shell's timer, and the sum of costs."""
    path = os.path.join(BUILD, "prices.db")
    if os.path.exists(path):
        os.remove(path)
    with open(os.path.join(BUILD, "prices.json"), "w", encoding="utf-8") as f:
        json.dump(work, f)
    setup = f"""
      CREATE TABLE w(doc TEXT); INSERT INTO w VALUES (CAST(readfile('{BUILD}/prices.json') AS TEXT));
      CREATE TABLE r AS SELECT value ->> 0 AS provider, value ->> 1 AS model, value -> 2 AS usage,
        value ->> '$[2].input_tokens' AS i, value ->> '$[2].output_tokens' AS o, value ->> '$[2].cache_read_tokens' AS c,
        value ->> '$[2].cache_write_tokens' AS cw, json_set(value -> 2, '$.provider', value ->> 0) AS told
        FROM w, json_each(w.doc, '$.requests');
      CREATE TABLE big AS SELECT r.* FROM generate_series(1, {TOK_TIMES}), r;
      CREATE TABLE name AS SELECT row_number() OVER () - 1 AS id, model FROM (
        SELECT DISTINCT model FROM tok_pricing WHERE tok_cost(model, 1000, 10) > 0
        UNION SELECT provider || '/' || model FROM tok_pricing WHERE tok_cost(provider || '/' || model, 1000, 10) > 0
        ORDER BY model DESC LIMIT {distinct});
      CREATE TABLE col AS SELECT model, 1000 + value % 977 AS i, value % 301 AS o FROM generate_series(1, 1000000),
        name WHERE name.id = value % (SELECT count(*) FROM name);
      CREATE TABLE body AS SELECT value ->> 2 AS text FROM w, json_each(w.doc, '$.bodies');
      CREATE TABLE bodies AS SELECT text FROM generate_series(1, 20), body;
      SELECT tok_init();"""
    measured = f"""
      SELECT 'models', count(*) FROM name;
      SELECT 'sum', sum(tok_row_cost_nano(model, provider, NULL, i, o, c, cw, NULL, NULL, '{AT}')) / 1e9 FROM r;
      SELECT 'bytes', sum(length(CAST(text AS BLOB))), count(tok_usage(text)), count(*) FROM bodies;
      .timer on
      """ + f"""
      .print scan
      SELECT sum(length(model) + i + o) FROM col;
      .print column
      SELECT sum(tok_cost(model, i, o)) FROM col;
      .print row
      SELECT sum(tok_row_cost_nano(model, provider, NULL, i, o, c, cw, NULL, NULL, 1787227200)) FROM big;
      .print json
      SELECT sum(tok_cost(model, told, 1787227200)) FROM big;
      .print usage
      SELECT count(tok_usage(text)) FROM bodies;
      """ * ROUNDS
    def shell(sql):
        p = subprocess.run(["sqlite3", "-batch", "-init", os.devnull, "-cmd", ".load " + EXT, path],
                           input="\n".join(line.strip() for line in sql.splitlines()),
                           capture_output=True, text=True)
        if p.returncode != 0:
            sys.exit("tok: " + p.stderr)
        return p.stdout
    shell(setup)
    out = shell(measured)
    times, facts, name = {}, {}, None
    for line in out.splitlines():
        m = re.match(r"Run Time: real \S+ user (\S+) sys (\S+)", line)
        if m and name:
            times.setdefault(name, []).append(float(m[1]) + float(m[2]))
            name = None
        elif line in ("scan", "column", "row", "json", "usage"):
            name = line
        elif "|" in line:
            facts[line.split("|")[0]] = [float(x) for x in line.split("|")[1:]]
    return {k: statistics.median(v) for k, v in times.items()}, facts


def main():
    if not os.path.exists(os.path.join(DATA, "price_truth.jsonl.gz")):
        print("skip: no", DATA)
        return 0
    js, py = install()
    work = {"requests": requests(), "bodies": bodies(), "rounds": ROUNDS, "at": AT}
    t, facts = tok(work, N_DISTINCT)
    n, size = N_COSTS, sum(len(b[2].encode()) for b in work["bodies"])
    ours = {"cost": n * TOK_TIMES / t["row"], "json": n * TOK_TIMES / t["json"], "usage": facts["bytes"][0] / t["usage"]}
    print(f"tok_cost(model, input, output), {facts['models'][0]:.0f} models in a column, with the scan:"
          f" {1e-6 / t['column'] * 1e6:.2f} M/s; without it: {1 / (t['column'] - t['scan']):.2f} M/s")
    print(f"{'':34}{'costs/s':>12}{'from JSON/s':>13}{'responses MB/s':>16}")
    print(f"{'tok':34}{ours['cost']:12,.0f}{ours['json']:13,.0f}{ours['usage'] / 1e6:16.1f}")
    bad = 0
    for name, command in (("genai-prices " + VERSION + " (JavaScript)", ["node", os.path.join(HERE, "peer.mjs"), js]),
                          ("genai-prices " + VERSION + " (Python)", [sys.executable, os.path.join(HERE, "peer.py"), py])):
        p = peer(command, work)
        if p is None:
            continue
        cost, usage = n / statistics.median(p["costs"]), size / statistics.median(p["usage"])
        print(f"{name:34}{cost:12,.0f}{'':13}{usage / 1e6:16.1f}")
        print(f"{'  tok is faster by':34}{ours['cost'] / cost:11.1f}x{ours['json'] / cost:12.1f}x{ours['usage'] / usage:15.1f}x")
        same = abs(p["sum"] - facts["sum"][0]) <= 1e-6 * p["sum"]
        print(f"  the same work: sum of costs {p['sum']:.6f} and {facts['sum'][0]:.6f} dollars;"
              f" responses read {p['read']} and {facts['bytes'][1] / 20:.0f} of {len(work['bodies'])}")
        bad += not same
    return bad


sys.exit(main())
