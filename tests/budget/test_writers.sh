#!/bin/sh
# tests/budget/writers.sql by every kind of connection: what it prints, but for errors, is tests/budget/writers.out.
set -u
LC_ALL=C
export LC_ALL
dir=build/tmp/budget_writers
rm -rf $dir
mkdir -p $dir
passed=0 failed=0
for recursive in OFF ON; do
  for client in plain tok; do
    db=$dir/$client.$recursive.db
    sqlite3 -batch $db -cmd '.load build/tok' 'SELECT tok_init(); UPDATE llm_rollup_state SET batch = 4' > /dev/null
    {
      echo "PRAGMA recursive_triggers = $recursive;"
      [ $client = tok ] && printf '.load build/tok\nSELECT tok_init() < 0;\n' || echo "SELECT 0;"
      cat tests/budget/writers.sql
    } | sqlite3 -batch $db > $dir/out 2> $dir/errors
    grep -v '^0$' $dir/errors | sed 's/.*: \(tok: \)/\1/; s/ (19)$//' > $dir/refused.$client.$recursive
    sqlite3 -batch $db -cmd '.load build/tok' "SELECT 'audit', * FROM tok_audit()" >> $dir/out
    n=$(grep -c 'exceeded\|beyond\|constraint\|cannot store\|overflow' $dir/errors)
    echo "$n statements refused" >> $dir/out
    if [ "${ACCEPT:-}" = $client.$recursive ]; then cp $dir/out tests/budget/writers.out; fi
    if diff -u tests/budget/writers.out $dir/out > $dir/diff; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "$client, recursive_triggers $recursive:"; sed 's/^/    /' $dir/diff; fi
  done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
