"""Writes zones.txt and MANIFEST, the zone rules that tok carries, from a folder of TZif files: `make zones`.

    python3 from_tzif.py <folder with zone files> <list of names> <version> <source line> <out folder>

One line a set of rules:   names TAB rule TAB offsets TAB changes
    names    all zones that have had these rules since 1970, separated by commas, the canonical one (the first that the list
             has as a zone of its own) or alphabetically first one leading
    rule     POSIX TZ string for the times from the last change on, may be empty
    offsets  seconds east of UTC, separated by commas; they are called a, b, c, …
    changes  the offset at 1970-01-01T00:00Z, then for each change the minutes since the one before (the first: since
             1970) and its offset: "a166200b262080a"; seconds follow a colon where minutes do not do
Then the lines are read again and compared with Python's zoneinfo at 1500 instants a zone.
"""
import hashlib
import os
import random
import re
import struct
import sys

folder, list_file, version, source, out = sys.argv[1:]
os.environ["PYTHONTZPATH"] = os.path.abspath(folder)
import zoneinfo  # noqa: E402  (reads the variable when loaded)
from datetime import datetime, timezone  # noqa: E402


def load(name):
    """(offset in 1970, [(time, offset)], rule) of a TZif file of version 2 or later."""
    data = open(os.path.join(folder, name), "rb").read()
    def header(at):
        assert data[at:at + 4] == b"TZif" and data[at + 4] >= ord("2"), name
        return struct.unpack(">6L", data[at + 20:at + 44])
    utc, std, leap, n, types, chars = header(0)
    at = 44 + n * 5 + types * 6 + chars + leap * 8 + std + utc
    utc, std, leap, n, types, chars = header(at)
    assert leap == 0, name
    at += 44
    times = struct.unpack(">%dq" % n, data[at:at + 8 * n])
    kinds = data[at + 8 * n:at + 9 * n]
    at += 9 * n
    offsets = [struct.unpack(">l", data[at + 6 * i:at + 6 * i + 4])[0] for i in range(types)]
    at += types * 6 + chars + leap * 12 + std + utc
    rule = data[at + 1:data.index(b"\n", at + 1)].decode()
    first, changes = offsets[0], []
    for t, kind in zip(times, kinds):
        if t <= 0:
            first = offsets[kind]
        else:
            # a rule with daylight saving begins at the last change
            last = t == times[-1] and "," in rule
            if last or offsets[kind] != (changes[-1][1] if changes else first):
                changes.append((t, offsets[kind]))
    return first, tuple(changes), rule


def line(names, first, changes, rule):
    offsets = list(dict.fromkeys([first] + [o for _, o in changes]))
    letter = {o: chr(ord("a") + i) for i, o in enumerate(offsets)}
    assert len(offsets) <= 26, names
    text, before = letter[first], 0
    for t, o in changes:
        minutes, seconds = divmod(t - before, 60)
        text += "%d%s%s" % (minutes, ":%d" % seconds if seconds else "", letter[o])
        before = t
    return "\t".join([",".join(names), rule, ",".join(map(str, offsets)), text])


def verify(text, rng):
    names, rule, offsets, changes = text.split("\t")
    offsets = [int(o) for o in offsets.split(",")]
    t, at = 0, [(-1, offsets[ord(changes[0]) - ord("a")])]
    for minutes, seconds, o in re.findall(r"(\d+)(?::(\d+))?([a-z])", changes[1:]):
        t += int(minutes) * 60 + int(seconds or 0)
        at.append((t, offsets[ord(o) - ord("a")]))
    for name in names.split(","):
        zone = zoneinfo.ZoneInfo(name)
        for _ in range(1500):
            u = rng.randrange(0, max(at[-1][0], 1))
            o = next(o for t, o in reversed(at) if t <= u)
            assert zone.utcoffset(datetime.fromtimestamp(u, timezone.utc).astimezone(zone)).total_seconds() == o, (name, u)


groups, order = {}, [n.strip() for n in open(list_file) if n.strip()]
zone_tab = os.path.join(folder, "zone.tab")
places = {l.split("\t")[2].strip() for l in open(zone_tab) if not l.startswith("#")} if os.path.exists(zone_tab) else set()
for name in sorted(order):
    if name not in ("localtime", "Factory", "posixrules"):
        groups.setdefault(load(name), []).append(name)
lines = []
for (first, changes, rule), names in groups.items():
    names.sort(key=lambda n: (n not in places, n))
    lines.append(line(names, first, changes, rule))
lines.sort()
rng = random.Random(1970)
for text in lines:
    verify(text, rng)
body = "".join(l + "\n" for l in lines)
open(os.path.join(out, "zones.txt"), "w").write(body)
open(os.path.join(out, "MANIFEST"), "w").write(
    "# Rules of all time zones since 1970, written by from_tzif.py beside this file (make zones).\n"
    "# data: IANA time zone database %s, public domain\n# source: %s\n# sha256  file  zones\n%s  zones.txt  %d\n"
    % (version, source, hashlib.sha256(body.encode()).hexdigest(), sum(len(g) for g in groups.values())))
print(len(groups), "sets of rules,", sum(len(g) for g in groups.values()), "zones,", len(body), "bytes")
