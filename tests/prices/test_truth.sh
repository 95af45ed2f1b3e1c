#!/bin/sh
# Prices against the independent cases of ../shared/data/usage (skipped where that folder is
# absent): equal to the reference or named with a source in deviations.tsv; cases that the reference
# refuses are errors here too; every served name that recorded responses report has a price if the
# name that was asked for has one.
data=${TOK_DATA:-../shared/data}/usage
[ -r "$data/price_truth.jsonl.gz" ] || { echo "skip test_truth: no $data"; exit 0; }
ext=${TOK_EXT:-build/tok}
run() { # SQL on standard input
  { printf '.bail on\n.load %s\nCREATE TABLE truth_line(line TEXT);\n.mode list\n.separator "\037" "\\n"\n' "$ext"
    printf '.mode tabs\n.import tests/prices/deviations.tsv deviation_line\n.mode list\n.separator "\037" "\\n"\n'
    printf ".import '|zcat %s' truth_line\n.separator | \"\\\\n\"\n" "$data/price_truth.jsonl.gz"
    cat; } | sqlite3 2>&1
}
failed=0
out=$(run < tests/prices/truth.sql)
echo "$out"
echo "$out" | grep -q '^unexplained|0$' || failed=$((failed + 1))
echo "$out" | grep -q '^stale' && failed=$((failed + 1))

n=$(echo "SELECT count(*) FROM truth_line WHERE line ->> 'error' IS NOT NULL;" | run)
i=0
while [ "$i" -lt "${n:-0}" ]; do
  echo "SELECT tok_cost(line ->> 'model_ref', json_patch(line -> 'usage', json_object('provider', line ->> 'provider')),
        line ->> 'timestamp') FROM truth_line WHERE line ->> 'error' IS NOT NULL LIMIT 1 OFFSET $i;" | run |
    grep -q 'tok_cost: ' || { echo "case $i that must be an error is none"; failed=$((failed + 1)); }
  i=$((i + 1))
done
echo "refused as the reference refuses: $i"

names=$(printf '.load %s\n.mode list\nCREATE TABLE pair(provider, asked, served, n);\n.separator "\\t" "\\n"\n.import %s pair\n.separator |\n%s' \
  "$ext" "$data/model_alias_pairs.tsv" \
  "SELECT 'not resolved', provider, asked, served FROM pair WHERE tok_resolve(asked, provider) ->> 'model' IS NOT NULL
     AND tok_resolve(served, provider) ->> 'model' IS NULL;
   SELECT 'pairs resolved', sum(tok_resolve(served, provider) ->> 'model' IS NOT NULL), 'of', count(*) FROM pair;" | sqlite3 2>&1)
echo "$names"
[ "$failed" = 0 ] && echo "1 passed, 0 failed" || { echo "0 passed, 1 failed"; exit 1; }
