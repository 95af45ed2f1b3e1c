"""What tests/ledger/traces.sql must print, computed from the files alone with Python's integers."""
import csv, datetime, sys

IN_NANO, OUT_NANO = 2500, 10000  # gpt-4o in November 2023 takes the list's oldest price


def azure(name):
    with open(f"build/tmp/traces/{name}.csv", newline="") as f:
        for r in csv.DictReader(f):
            t = datetime.datetime.fromisoformat(r["TIMESTAMP"][:19])
            yield t, int(r["ContextTokens"]), int(r["GeneratedTokens"])


def sums(rows):
    groups = {}
    for key, i, o in rows:
        g = groups.setdefault(key, [0, None, None])
        g[0] += 1
        g[1] = i if g[1] is None else g[1] if i is None else g[1] + i
        g[2] = o if g[2] is None else g[2] if o is None else g[2] + o
    return groups


def show(groups, cost=lambda k, g: ()):
    for key in sorted(groups):
        g = groups[key]
        print("|".join("" if x is None else str(x) for x in (key, *g, *cost(key, g))))


number = lambda s: None if s == "" else int(s)
code, conv = list(azure("code")), list(azure("conv"))
with open("build/tmp/traces/servegen.csv", newline="") as f:
    gen = [(r["model"], r["client"], int(float(r["t_sec"])), number(r["in_tokens"]), number(r["out_tokens"]))
           for r in csv.DictReader(f) if r["in_tokens"] + r["out_tokens"] != ""]
both = code + conv
print(1, len(code), len(conv), len(gen), "0|0", sep="\n")
show(sums([("gpt-4o", i, o) for _, i, o in both] + [(m, i, o) for m, _, _, i, o in gen]),
     lambda k, g: (g[1] * IN_NANO + g[2] * OUT_NANO if k == "gpt-4o" else None,))
show(sums([("code", i, o) for _, i, o in code] + [("conversation", i, o) for _, i, o in conv]))
kolkata = datetime.timedelta(hours=5, minutes=30)
show(sums([((t + kolkata).strftime("%Y-%m-%dT%H:00:00+05:30"), i, o) for t, i, o in both]))
epoch = datetime.datetime(1970, 1, 1)
show(sums([((epoch + datetime.timedelta(seconds=t)).strftime("%Y-%m-%d"), i, o) for _, _, t, i, o in gen]))
total = lambda rows: sums([("", i, o) for i, o in rows])[""]
g = total([(i, o) for _, _, _, i, o in gen])
print(len({c for _, c, _, _, _ in gen}), *g, sep="|")
a = total([(i, o) for _, i, o in both])
print(*(x + y for x, y in zip(g, a)), sep="|")
known = lambda x: x or 0
print(sum(known(i) + known(o) for _, _, _, i, o in gen if i is not None and o is not None) + a[1] + a[2])
