#!/bin/sh
# The zones of this machine as tok reads them and as Python's zoneinfo does, and periods of quotas
# as both count them; see zones.py and periods.py.
set -u
python=/usr/bin/python3
[ -x $python ] || { echo "skip: no $python"; exit 0; }
$python -c 'import sqlite3, zoneinfo, sys; sqlite3.connect(":memory:").enable_load_extension(True)
zoneinfo.ZoneInfo("America/New_York")' 2>/dev/null ||
  { echo "skip: Python without zoneinfo, its files (tzdata) or loadable extensions"; exit 0; }
export PYTHONDONTWRITEBYTECODE=1
exec $python "tests/zones/${1:-zones}.py"
