#!/bin/sh
# Budgets for every client: with and without tok, trusted_schema off, defensive, read-only,
# attached. The sqlite3 shell.
set -u
. tests/is.sh
LC_ALL=C
export LC_ALL
dir=build/tmp/budget_clients
rm -rf $dir
mkdir -p $dir
db=$dir/a.db

tok() { sqlite3 -batch "$1" -cmd '.load build/tok' "$2" 2>&1 | sed 's/.*\(tok[_a-z]*: \)/\1/; s/ ([0-9]*)$//'; }
# statement by statement, results and errors in order
lines() { { echo ".load build/tok"; echo "SELECT tok_init() IS NULL;"; echo "$1;"; } | stdbuf -oL sqlite3 -batch $db 2>&1 | sed 's/.*\(tok[_a-z]*: \)/\1/; s/ ([0-9]*)$//' | sed 1d; }
plain() { sqlite3 -batch "$1" "$2" 2>&1 | sed 's/.*\(tok[_a-z]*: \)/\1/; s/ ([0-9]*)$//'; }

tok $db "SELECT tok_init();
  SELECT tok_quota_set('cost', '{\"metric\":\"cost_usd\",\"limit\":0.01,\"period\":\"month\"}', '2026-01-01');
  SELECT tok_quota_set('tz', '{\"metric\":\"requests\",\"limit\":3,\"period\":\"day\",\"zone\":\"Asia/Tokyo\"}', '2026-01-01')" > /dev/null
row="INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens"

is "tok prices a row before the guard looks at it" "1" "$(tok $db "SELECT tok_init() < 0;
  $row) VALUES('2026-01-05', 'openai', 'gpt-4o', 100, 100); SELECT count(*) FROM llm_usage" | sed 1d)"
is "the price counts in the INSERT that it crosses a limit with, and tok names the quota" \
  "tok: quota 'cost' exceeded: 1.0015 of 0.01 dollars (period month, action block)" \
  "$(tok $db "SELECT tok_init() < 0; $row) VALUES('2026-01-05', 'openai', 'gpt-4o', 100, 100000)" | grep tok:)"
is "a client without tok has no price to give" \
  "tok: a cost quota takes no usage without a price (llm_quota.unpriced = deny)" \
  "$(plain $db "$row) VALUES('2026-01-05', 'openai', 'gpt-4o', 100, 100)")"
is "or gives one, under trusted_schema = OFF too" "2" "$(plain $db "PRAGMA trusted_schema = OFF;
  $row, cost_usd) VALUES('2026-01-05', 'openai', 'gpt-4o', 1, 1, 0.001); SELECT count(*) FROM llm_usage")"
is "and is refused beyond the limit" "tok: quota of cost exceeded: this would cross a limit with action block" \
  "$(sqlite3 -batch $db -cmd '.dbconfig defensive on' "PRAGMA trusted_schema = OFF;
  $row, cost_usd) VALUES('2026-01-05', 'openai', 'gpt-4o', 1, 1, 0.01)" 2>&1 | sed -n 's/.*\(tok: \)/\1/; s/ ([0-9]*)$//; /^tok:/p')"
is "days of Tokyo, by a client without tok" "tok: quota of requests exceeded: this would cross a limit with action block" \
  "$(plain $db "$row, cost_usd) VALUES('2026-01-10T14:59:59Z', 'x', 'm', 1, 1, 0), ('2026-01-10T15:00:00Z', 'x', 'm', 1, 1, 0),
    ('2026-01-11T14:00:00Z', 'x', 'm', 1, 1, 0), ('2026-01-11T14:59:59Z', 'x', 'm', 1, 1, 0);
  $row, cost_usd) VALUES('2026-01-11T14:59:59Z', 'x', 'm', 1, 1, 0)")"
is "past the end of the calendar nothing goes by uncounted" \
  "tok: the calendar of a quota does not reach this time; a connection with tok extends it" \
  "$(plain $db "$row, cost_usd) VALUES('2090-01-01', 'x', 'm', 1, 1, 0)")"
is "a hold in plain SQL" "3|0
4|0" "$(plain $db "UPDATE llm_quota SET limit_units = 4 WHERE name = 'tz';
  INSERT INTO llm_hold(ref, unix_time, expires, cost_nano) VALUES('h', unixepoch('2026-01-11'), unixepoch('2026-01-12'), 0);
  SELECT used, held - 1 FROM llm_counter WHERE quota_id = 2 AND start = unixepoch('2026-01-10T15:00:00Z');
  $row, cost_usd, request_id) VALUES('2026-01-11', 'x', 'm', 1, 1, 0, 'h');
  SELECT used, held FROM llm_counter WHERE quota_id = 2 AND start = unixepoch('2026-01-10T15:00:00Z')")"
is "the counters are right" "ok" "$(plain $db "SELECT * FROM llm_quota_audit; PRAGMA integrity_check")"
is "read-only: checks answer, reservations say why not" "block
tok_quota_reserve: attempt to write a readonly database" "$(sqlite3 -batch -readonly $db -cmd '.load build/tok' \
  "SELECT tok_quota_check('{}', '{\"cost_usd\":1}', '2026-01-05');
   SELECT tok_quota_reserve('r', '{}', '{\"cost_usd\":0}')" 2>&1 | sed 's/.*\(tok[_a-z]*: \)/\1/; s/ ([0-9]*)$//' | sort)"
is "another database that is attached has its own triggers and no part in main's" \
  "tok: quota of requests exceeded: this would cross a limit with action block" \
  "$(plain :memory: "ATTACH '$db' AS a; INSERT INTO a.llm_usage(timestamp, cost_usd) VALUES('2026-01-11', 0)")"
is "what tok refuses it names: the key, the price, the calendar; the whole statement is undone" \
  "tok: quota 'each' of 'ann' exceeded: 12 of 10 output tokens (period rolling 1h/60, action block)
tok: quota 'cost' takes no usage without a price (unpriced is deny)
tok: quota 'tz' has a calendar that does not reach this time; tok_quota_sweep() extends it
tok: quota 'tz' exceeded: 5 of 4 requests (period day, action block)
0" "$(lines "SELECT tok_quota_set('each', '{\"user_id\":\"a*\",\"split_by\":\"user_id\",\"metric\":\"output\",
    \"limit\":10,\"period\":\"rolling 1h\"}', '2026-01-01') IS NULL;
  PRAGMA recursive_triggers = ON;
  $row, cost_usd, user_id) VALUES('2026-01-15', 'x', 'm', 1, 7, 0, 'ann'), ('2026-01-15T00:59:00Z', 'x', 'm', 1, 5, 0, 'ann');
  INSERT OR IGNORE $(echo "$row" | sed 's/^INSERT//')) VALUES('2026-01-15', 'x', 'm', 1, 1);
  PRAGMA trusted_schema = OFF;
  $row, cost_usd) VALUES('2090-01-15', 'x', 'm', 1, 1, 0);
  INSERT INTO llm_hold(ref, unix_time, expires, cost_nano) VALUES('h2', unixepoch('2026-01-11'), unixepoch('2026-01-12'), 0);
  SELECT count(*) FROM llm_usage WHERE timestamp > '2026-01-14'" | sed 1d)"
b=$dir/b.db
tok $b "SELECT tok_init(); SELECT tok_quota_set('tpm', '{\"metric\":\"total\",\"limit\":100,\"period\":\"bucket 60/60s\"}', '2026-01-01');
  SELECT tok_quota_set('w', '{\"tenant_id\":\"w\",\"metric\":\"output\",\"limit\":9,\"period\":\"day\",\"guard\":\"write\"}', '2026-01-01')" > /dev/null
is "a token bucket, by a client without tok: full, 11 s later 11 more" "11
tok: quota of tokens exceeded: this would cross a limit with action block" "$(plain $b "PRAGMA trusted_schema = OFF;
  INSERT INTO llm_usage(timestamp, input_tokens, output_tokens) VALUES('2026-01-05', 100, 0), ('2026-01-05T00:00:11Z', 10, 1);
  SELECT total_tokens FROM llm_usage WHERE id = 2; INSERT INTO llm_usage(timestamp, input_tokens, output_tokens) VALUES('2026-01-05T00:00:11Z', 1, 0)" | sort)"
is "and an UPDATE under a guard of writes; lowering is allowed" "tok: quota of tokens exceeded: this would cross a limit with action block
8" "$(plain $b "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) VALUES('2026-01-06', 'w', 0, 9);
  UPDATE llm_usage SET output_tokens = 10 WHERE tenant_id = 'w'"; plain $b "UPDATE llm_usage SET output_tokens = 8 WHERE tenant_id = 'w';
  SELECT output_tokens FROM llm_usage WHERE tenant_id = 'w'; SELECT * FROM llm_quota_audit")"
is "vacuum and dump" "ok" "$(plain $db "VACUUM; PRAGMA integrity_check")"
echo "$passed passed, $failed failed"
[ $failed = 0 ]
