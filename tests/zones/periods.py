"""Periods of quotas (tok_period, tok_periods) against a calendar of Python's: dates, month lengths and zones are its own.

    python3 tests/zones/periods.py [seed]

1. steps of days, weeks, months and years from anchors, the 29th to 31st among them, in awkward zones: around the
   boundaries of the 20th and 21st century and at random instants up to the year 9000;
2. windows of a fixed length from an anchor, UTC or local;
3. calendar tables: consecutive, complete, labelled.
"""
import random
import sys
import zoneinfo
from calendar import monthrange
from datetime import datetime, timedelta

from zones import AWKWARD, EPOCH, UTC, ask, check, db, first_instant, iso, local, offset, offset_text, run, to_utc

DAY = timedelta(days=1)
ZONES = AWKWARD + ["UTC"]
TIMES = ["", "", "T00:00", "T00:30", "T02:30", "T09:00:01", "T23:59:59"]


def zone_of(name):
    return zoneinfo.ZoneInfo(name)


def instant(text, zone):
    """An anchor: UTC where it says so, else local."""
    naive = datetime.fromisoformat(text.rstrip("Z"))
    return int((naive.replace(tzinfo=UTC) - EPOCH).total_seconds()) if text.endswith("Z") else to_utc(zone, naive)


def local_anchor(text, zone):
    if text.endswith("Z"):
        return local(zone, instant(text, zone)).replace(tzinfo=None, fold=0)
    return datetime.fromisoformat(text)


def step(anchor, months, days, k):
    """Local time at which step k begins."""
    if days:
        return anchor + k * days * DAY
    index = anchor.year * 12 + anchor.month - 1 + k * months
    year, month = index // 12, index % 12 + 1
    return anchor.replace(year=year, month=month, day=min(anchor.day, monthrange(year, month)[1]))


def expected_step(zone, anchor, months, days, t):
    """By bisection over k, with no arithmetic of calendars but Python's."""
    def start(k):
        try:
            return first_instant(zone, step(anchor, months, days, k))
        except (OverflowError, ValueError):  # outside Python's years
            return k * 10 ** 12

    lo = -1
    while start(lo) > t:
        lo *= 2
    hi = 1
    while start(hi) <= t:
        hi *= 2
    while hi - lo > 1:
        mid = (lo + hi) // 2
        lo, hi = (mid, hi) if start(mid) <= t else (lo, mid)
    return start(lo), start(lo + 1)


def got_period(text, t, name):
    return ask("unixepoch(p ->> 'start'), unixepoch(p ->> 'end'), p ->> 'label' FROM (SELECT tok_period(?, ?, ?) AS p)",
               text, t, name)


def label_of(zone, start):
    here = local(zone, start).strftime("%Y-%m-%dT%H:%M:%S")
    if here.endswith("T00:00:00"):
        return here[:10]
    return here + ("Z" if zone.key == "UTC" else offset_text(offset(zone, start)))


def steps(rng):
    for i in range(1500):
        name = rng.choice(ZONES)
        zone = zone_of(name)
        months, days, text = rng.choice([(1, 0, "1 month"), (1, 0, "month"), (3, 0, "quarter"), (12, 0, "year"), (5, 0, "5 months"),
                                         (0, 1, "1d"), (0, 2, "2d"), (0, 7, "1w"), (0, 30, "30 days")])
        anchor = "%d-%s%s" % (rng.randrange(1990, 2040), rng.choice(
            ["01-31", "01-30", "01-29", "03-31", "05-31", "12-31", "08-30", "06-15", "10-01"]), rng.choice(TIMES))
        if rng.random() < 0.1:
            anchor = rng.choice(["2024-02-29", "2000-02-29"]) + rng.choice(TIMES)
        if "T" in anchor and rng.random() < 0.3:
            anchor += "Z"
        span = 4102444800 if rng.random() < 0.8 else 220000000000  # to 2100, or to about 8941
        t = rng.randrange(0, span)
        wanted = expected_step(zone, local_anchor(anchor, zone), months, days, t)
        for u in (t, wanted[0], wanted[1] - 1):
            got = got_period("every %s anchor %s" % (text, anchor), u, name)
            if not check(got == (*wanted, label_of(zone, wanted[0])), name, text, anchor, u, got, wanted):
                break


def windows(rng):
    for i in range(1500):
        name = rng.choice(ZONES)
        zone = zone_of(name)
        seconds, text = rng.choice([(18000, "5h"), (1800, "30m"), (86400, "24 hours"), (90, "90 seconds"), (604800, "168h")])
        anchor = rng.choice(["2026-01-01T00:00Z", "2026-01-01T00:00", "2026-03-08T02:30", "2011-12-30T12:00", "1999-12-31"])
        t = rng.randrange(0, 220000000000)
        begin = instant(anchor, zone)
        start = begin + (t - begin) // seconds * seconds
        got = got_period("every %s anchor %s" % (text, anchor), t, name)
        check(got[:2] == (start, start + seconds), name, text, anchor, t, got, start)


def calendars(rng):
    for i in range(300):
        name = rng.choice(ZONES)
        zone = zone_of(name)
        unit = rng.choice(["day", "week", "month", "quarter", "year", "every 2d anchor 2026-01-01", "hour"])
        since = rng.randrange(0, 4102444800)
        until = since + rng.choice([1, 86400, 40 * 86400, 800 * 86400]) // (24 if unit == "hour" else 1)
        rows = db.execute("SELECT unixepoch(start), unixepoch(\"end\"), label FROM tok_periods(?, ?, ?, ?)",
                          (unit, since, max(until, since + 1), name)).fetchall()
        ok = rows[0][0] <= since < rows[0][1] and rows[-1][0] < max(until, since + 1) <= rows[-1][1]
        ok = ok and all(a[1] == b[0] and a[0] < a[1] for a, b in zip(rows, rows[1:]))
        ok = ok and len({r[2] for r in rows}) == len(rows)
        ok = ok and all(iso(r[0]) == ask("tok_bucket(?, ?, ?)", r[1] - 1, unit, name)[0] for r in rows
                        if not unit.startswith("every"))
        check(ok, name, unit, since, until, rows[:3])


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 20260131
    rng = random.Random(seed)
    print("seed", seed)
    run(lambda: steps(rng), lambda: windows(rng), lambda: calendars(rng))


main()
