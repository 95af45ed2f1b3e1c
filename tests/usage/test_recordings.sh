#!/bin/sh
# tok_usage against the recorded responses of ../shared/data/usage (skipped where that folder is
# absent): equal to what the reference reads, or named with reasons in deviations.tsv; and the
# dollars that providers state against tok_usage's reported cost and tok_cost of what it counted.
data=${TOK_DATA:-../shared/data}/usage
[ -r "$data/recordings.jsonl.gz" ] || { echo "skip test_recordings: no $data"; exit 0; }
ext=${TOK_EXT:-build/tok}
run() { # <table> <file> <sql file>
  { printf '.bail on\n.load %s\nCREATE TABLE %s(line TEXT);\n.mode list\n.separator "\037" "\\n"\n' "$ext" "$1"
    printf '.mode tabs\n.import tests/usage/deviations.tsv deviation_line\n.mode list\n.separator "\037" "\\n"\n'
    printf ".import '|gzip -cdf %s' %s\n.separator | \"\\\\n\"\n" "$data/$2" "$1"
    cat "$3"; } | sqlite3 2>&1
}
passed=0
failed=0
holds() { # <text> <pattern>...: each pattern is in the text
  text=$1
  shift
  for pattern in "$@"; do
    if echo "$text" | grep -q "$pattern"; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "missing: $pattern"
    fi
  done
}
out=$(run rec_line recordings.jsonl.gz tests/usage/recordings.sql)
echo "$out"
holds "$out" "^equal|[0-9]*|of|1859$" "itself|0$" "whole|0$"
if echo "$out" | grep -Eq '^(unexplained|stale|silent|fewer)|Error'; then failed=$((failed + 1)); else passed=$((passed + 1)); fi
out=$(run shape_line usage_shapes.jsonl tests/usage/shapes.sql)
echo "$out"
holds "$out" '^shapes|[1-9]'
if echo "$out" | grep -Eq '^(silent|total differs)|Error'; then failed=$((failed + 1)); else passed=$((passed + 1)); fi
out=$(run billed_line billed_truth_matched.jsonl.gz tests/usage/billed.sql)
echo "$out"
holds "$out" '^reported|142|of|142$'
share=$(echo "$out" | sed -n 's/^computed within 0.2 %|\([0-9]*\)|of|142|.*/\1/p')
if [ "${share:-0}" -ge 140 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi # 98 %
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
