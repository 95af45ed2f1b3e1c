"""Time zones of tok against Python's zoneinfo, which reads the same files with code of its own.

    python3 tests/zones/zones.py [seed]

1. the vectors of the design study (tzdata 2025b), days of 0, 23, 23.5, 24.5 and 25 hours;
2. every zone of the machine, random instants of 1970 to 2100 and the instants around its changes: offset, local text,
   local -> UTC, and the six buckets with their ends and labels;
3. every local day of some years in awkward zones: no gap, no overlap, the first instant of each date;
4. the rules that tok carries, which may be of another version than the machine's: 1996 to 2025 in 98 % of the zones.

The last line is "N passed, N failed".
"""
import os
import random
import sqlite3
import sys
import zoneinfo
from datetime import datetime, timedelta, timezone

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = ["hour", "day", "week", "month", "quarter", "year"]
AWKWARD = ["Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "Africa/Monrovia", "America/Asuncion", "America/Caracas",
           "America/Goose_Bay", "America/Havana", "America/New_York", "America/Nuuk", "America/Santiago",
           "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "Antarctica/Casey", "Antarctica/Troll",
           "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Kathmandu", "Asia/Manila", "Asia/Pyongyang", "Asia/Tehran",
           "Atlantic/Azores", "Australia/Lord_Howe", "Europe/Dublin", "Europe/London", "Pacific/Apia",
           "Pacific/Chatham", "Pacific/Enderbury", "Pacific/Fakaofo", "Pacific/Kiritimati", "Pacific/Kwajalein"]
YEARS = [1994, 2006, 2011, 2026, 2087]
VECTORS = """\
America/New_York   2026-03-08 1772946000 1773028800
America/New_York   2026-11-01 1793505600 1793595600
Europe/London      2026-03-29 1774742400 1774825200
Europe/London      2026-10-25 1792882800 1792972800
Australia/Lord_Howe 2026-04-05 1775307600 1775395800
Australia/Lord_Howe 2026-10-04 1791034200 1791118800
Africa/Cairo       2026-04-24 1776981600 1777064400
Africa/Cairo       2026-10-29 1793221200 1793311200
Asia/Beirut        2026-03-29 1774735200 1774818000
America/Santiago   2026-09-06 1788667200 1788750000
Pacific/Apia       2011-12-29 1325152800 1325239200
Pacific/Apia       2011-12-31 1325239200 1325325600
Africa/Casablanca  2026-02-15 1771110000 1771200000
Asia/Kathmandu     2026-06-01 1780251300 1780337700"""

# tok reads the folder that Python reads, not the rules that it carries.
os.environ["TZDIR"] = next(d for d in zoneinfo.TZPATH if os.path.exists(os.path.join(d, "America/New_York")))
db = sqlite3.connect(":memory:")
db.enable_load_extension(True)
db.load_extension("build/tok")
counts = [0, 0]


def check(ok, *what):
    counts[not ok] += 1
    if not ok and counts[1] <= 20:
        print("FAILED", *what)
    return ok


def ask(sql, *args):
    return db.execute("SELECT " + sql, args).fetchone()


def iso(t):
    return (EPOCH + timedelta(seconds=t)).strftime("%Y-%m-%dT%H:%M:%SZ")


def local(zone, t):
    return datetime.fromtimestamp(t, UTC).astimezone(zone)


def offset(zone, t):
    return int(local(zone, t).utcoffset().total_seconds())


def wall(zone, t):
    """What the clock shows, as seconds: comparable without an offset."""
    return t + offset(zone, t)


def offset_text(seconds):
    s = abs(seconds)
    text = "%s%02d:%02d" % ("-" if seconds < 0 else "+", s // 3600, s // 60 % 60)
    return text + (":%02d" % (s % 60) if s % 60 else "")


def to_utc(zone, naive):
    return int((naive.replace(tzinfo=zone) - EPOCH).total_seconds())


def first_instant(zone, naive, known={}):
    """The first one at which the clock shows the local time or later."""
    key = zone.key, naive
    if key not in known:
        shown = int((naive.replace(tzinfo=UTC) - EPOCH).total_seconds())
        t = to_utc(zone, naive)
        if not (wall(zone, t) >= shown > wall(zone, t - 1)) or any(
                wall(zone, u) >= shown for u in range(t - 90000, t, 900)):
            t = next(u for u in range(shown - 93600, shown + 93600) if wall(zone, u) >= shown)
        known[key] = t
    return known[key]


def day_start(zone, date):
    return first_instant(zone, datetime(date.year, date.month, date.day))


def first_of(unit, d):
    """The date on which the unit that holds the date begins, and the one of the next."""
    day = timedelta(days=1)
    if unit == "day":
        return d, d + day
    if unit == "week":
        monday = d - d.weekday() * day
        return monday, monday + 7 * day
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = (d.year * 12 + d.month - 1) // months * months
    at = [d.replace(year=i // 12, month=i % 12 + 1, day=1) for i in (index, index + months)]
    return at[0], at[1]


def label(unit, d):
    if unit == "day":
        return d.isoformat()
    if unit == "week":
        return "%04d-W%02d" % d.isocalendar()[:2]
    return {"month": "%04d-%02d" % (d.year, d.month), "quarter": "%04d-Q%d" % (d.year, (d.month + 2) // 3),
            "year": "%04d" % d.year}[unit]


def bucket(zone, unit, t):
    """Start, end and label; the date is the local one or, where clocks went back over midnight, a later one."""
    here = local(zone, t)
    if unit == "hour":
        o = offset(zone, t)
        start, end = (t + o) // 3600 * 3600 - o, (t + o) // 3600 * 3600 - o + 3600
        while offset(zone, start) != o:  # a change inside the hour begins another
            start += 1
        while offset(zone, end - 1) != o:
            end -= 1
        d = EPOCH + timedelta(seconds=start + o)
        return start, end, d.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(o)
    first, following = first_of(unit, here.date())
    while day_start(zone, following) <= t:
        first, following = first_of(unit, following)
    return day_start(zone, first), day_start(zone, following), label(unit, first)


def check_instant(name, zone, t):
    here = local(zone, t)
    expected = here.strftime("%Y-%m-%dT%H:%M:%S") + offset_text(offset(zone, t))
    got, = ask("tok_local(?, ?)", t, name)
    if got.endswith("Z"):
        got = got[:-1] + "+00:00"
    check(got == expected, name, t, got, expected)
    naive = here.replace(tzinfo=None, fold=0)
    got, = ask("tok_utc(?, ?)", naive.strftime("%Y-%m-%d %H:%M:%S"), name)
    check(got == iso(to_utc(zone, naive)), name, naive, got)


def check_buckets(name, zone, t):
    for unit in UNITS:
        got = ask("unixepoch(tok_bucket(?1, ?2, ?3)), unixepoch(tok_bucket_end(?1, ?2, ?3)), tok_bucket_label(?1, ?2, ?3)",
                  t, unit, name)
        if got[2].endswith("Z"):
            got = got[:2] + (got[2][:-1] + "+00:00",)
        check(got == bucket(zone, unit, t), name, unit, t, got, bucket(zone, unit, t))


def changes(zone, rng):
    """Some instants of 1970 to 2100 at which the offset changes."""
    found, step = [], 86400 * 20
    for k in range(12):
        t = rng.randrange(0, 4102444800, step)
        end = t + 86400 * 400
        while t < end and offset(zone, t) == offset(zone, t + step):
            t += step
        if t >= end:
            continue
        lo, hi = t, t + step
        while hi - lo > 1:
            mid = (lo + hi) // 2
            lo, hi = (mid, hi) if offset(zone, mid) == offset(zone, lo) else (lo, mid)
        found.append(hi)
    return found


def vectors():
    for line in VECTORS.splitlines():
        name, day, start, end = line.split()
        got = ask("unixepoch(tok_bucket(?1, 'day', ?2)), unixepoch(tok_bucket_end(?1, 'day', ?2)), tok_bucket_label(?1, 'day', ?2)",
                  int(start), name)
        check(got == (int(start), int(end), day), line, got)


def every_zone(rng):
    for name in sorted(zoneinfo.available_timezones() - {"localtime", "Factory"}):
        zone = zoneinfo.ZoneInfo(name)
        instants = [rng.randrange(0, 4102444800) for _ in range(12)]
        for t in changes(zone, rng):
            instants += [t - 1, t, t + rng.randrange(7200), t - rng.randrange(7200)]
        for i, t in enumerate(instants):
            check_instant(name, zone, t)
            if i % 4 == 0:
                check_buckets(name, zone, t)


def awkward_days():
    for name in AWKWARD:
        zone = zoneinfo.ZoneInfo(name)
        for year in YEARS:
            d, t = datetime(year, 1, 1).date(), day_start(zone, datetime(year, 1, 1).date())
            while d.year == year:
                following = d + timedelta(days=1)
                while day_start(zone, following) == day_start(zone, d):  # a date that was skipped
                    d, following = following, following + timedelta(days=1)
                got = ask("unixepoch(tok_bucket(?1, 'day', ?3)), unixepoch(tok_bucket_end(?1, 'day', ?3)),"
                          " unixepoch(tok_bucket(?2, 'day', ?3)), tok_bucket_label(?2, 'day', ?3),"
                          # the clock may be back at the day before
                          " unixepoch(tok_bucket(?1 + 1800, 'day', ?3))",
                          t, day_start(zone, following) - 1, name)
                check(got == (t, day_start(zone, following), t, d.isoformat(), t), name, d, got)
                d, t = following, got[1]


def carried_rules(rng):
    without_files = sqlite3.connect(":memory:")
    without_files.enable_load_extension(True)
    without_files.execute("SELECT load_extension('build/tok', 'sqlite3_toknofs_init')")
    names = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
    same = 0
    for name in names:
        zone = zoneinfo.ZoneInfo(name)
        instants = [rng.randrange(820454400, 1767225600) for _ in range(40)]
        same += all(without_files.execute("SELECT tok_local(?, ?)", (t, name)).fetchone()[0][:19] ==
                    local(zone, t).strftime("%Y-%m-%dT%H:%M:%S") for t in instants)
    check(same >= 0.98 * len(names), "carried rules", same, "of", len(names))
    print(same, "of", len(names), "zones agree with the carried rules from 1996 to 2025")


def run(*parts):
    results = []
    for part in parts:
        before = counts[1]
        part()
        results.append(counts[1] == before)
    print("%d comparisons, %d differ" % (sum(counts), counts[1]))
    print("%d passed, %d failed" % (sum(results), len(results) - sum(results)))
    sys.exit(not all(results))


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20260308
    rng = random.Random(seed)
    print("seed", seed, "zones from", os.environ["TZDIR"])
    run(vectors, lambda: every_zone(rng), awkward_days, lambda: carried_rules(rng))


if __name__ == "__main__":
    main()
