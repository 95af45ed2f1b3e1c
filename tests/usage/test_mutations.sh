#!/bin/sh
# tok_usage of the recordings in ../shared/data/usage (skipped where that folder is absent), written
# in other ways: see mutations.py.
data=${TOK_DATA:-../shared/data}/usage/recordings.jsonl.gz
python=/usr/bin/python3
[ -r "$data" ] || { echo "skip test_mutations: no $data"; exit 0; }
"$python" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null ||
  { echo "skip test_mutations: no Python whose sqlite3 loads extensions"; exit 0; }
exec "$python" tests/usage/mutations.py "${TOK_EXT:-build/tok}" "$data"
