#!/bin/sh
# Prompt tokens of recorded requests against what the providers billed (skipped without
# ../shared/data).
data=${TOK_DATA:-../shared/data}/usage
[ -r "$data/count_truth.jsonl.gz" ] || { echo "skip test_count_truth: no $data"; exit 0; }
out=$({ printf '.bail on\n.load %s\nCREATE TABLE truth_line(line TEXT);\n.mode list\n.separator "\037" "\\n"\n' "${TOK_EXT:-build/tok}"
  printf ".import '|zcat %s' truth_line\n.separator | \"\\\\n\"\n" "$data/count_truth.jsonl.gz"
  cat tests/tokens/count_truth.sql; } | sqlite3 2>&1)
echo "$out"
failed=0
echo "$out" | grep -q '^openai exact|[0-9]*|[0-9]*|1$' || failed=1
echo "$out" | grep -q '^closed within bounds|[0-9]*|[0-9]*|1$' || failed=1
echo "$out" | grep -q '^openai output exact|[0-9]*|[0-9]*|1$' || failed=1
echo "$out" | grep -q '^claude median|1|others median|1$' || failed=1
echo "$out" | grep -q '^others than openai|.*|1$' || failed=1
[ "$failed" = 0 ] && echo "1 passed, 0 failed" || { echo "0 passed, 1 failed"; exit 1; }
