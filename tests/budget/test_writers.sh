#!/bin/sh
# tests/budget/writers.sql by every kind of connection: what it prints, but for errors, is
# tests/budget/writers.out.
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
# tok_rebuild() repairs whatever was done to the tables that triggers keep
left=$(sqlite3 -batch $db -cmd '.load build/tok' "
  SELECT tok_quota_grant('day', '', 50, '2030-01-01', 'more', 1, '2026-01-01') > 0;
  INSERT INTO llm_hold(ref, unix_time, expires, input_tokens) VALUES('t', unixepoch('2026-11-01'), unixepoch('2026-11-02'), 9);
  UPDATE llm_counter SET used = used + 7, held = 3; UPDATE llm_grant SET used = 40; DELETE FROM llm_counter WHERE quota_id = 2;
  INSERT INTO llm_counter(quota_id, key, start, used) VALUES(999, '', 0, 5), (2, 'x', 0, 1);
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units) VALUES(999, 2, '', 0, 5), (1, 999, '', 0, 5);
  INSERT INTO llm_quota_waiting(usage_id, requests) VALUES(1, -1);
  SELECT count(*) > 9 FROM tok_audit(); SELECT tok_rebuild() > 0;
  SELECT * FROM tok_audit(); SELECT 'waiting', count(*) FROM llm_quota_waiting HAVING count(*) > 0;
  SELECT count(*) FROM llm_hold_item WHERE hold_id = 999 OR quota_id = 999" 2>&1 | tr '\n' ' ')
if [ "$left" = "1 1 1 0 " ]; then passed=$((passed + 1))
else failed=$((failed + 1)); echo "tok_rebuild leaves: $left"; fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
