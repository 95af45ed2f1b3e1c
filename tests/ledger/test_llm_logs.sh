# logs.db of llm: both tables, of today and of long ago; a second import adds nothing. (make
# bench-llm lets llm itself write one.)
set -eu
tmp=build/tmp/llm
rm -rf $tmp
mkdir -p $tmp
passed=0
check() { # <what> <got> <expected>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); return; fi
  echo "$1: got '$2', expected '$3'"
  exit 1
}
sqlite3 -batch -init /dev/null $tmp/logs.db < tests/ledger/logs_db.sql
ask() { sqlite3 -batch -init /dev/null -cmd '.load build/tok' $tmp/app.db "$1" 2>&1; }
check 'both tables' "$(ask "SELECT tok_import('$tmp/logs.db')")" \
  '{"format":"llm","read":6,"imported":5,"updated":0,"duplicates":0,"ignored":1,"rejected":0,"bad":[]}'
check 'a second import' "$(ask "SELECT tok_import('$tmp/logs.db', 'llm')")" \
  '{"format":"llm","read":6,"imported":0,"updated":0,"duplicates":5,"ignored":1,"rejected":0,"bad":[]}'
check 'the rows' "$(ask "SELECT group_concat(timestamp || ' ' || provider || ' ' || model || ' ' || input_tokens || ' ' ||
  output_tokens || ' ' || coalesce(cache_read_tokens, 0) || ' ' || coalesce(cache_write_tokens, 0) || ' ' ||
  coalesce(cache_write_1h_tokens, 0) || ' ' || coalesce(reasoning_tokens, 0) || ' ' || session_id || ' ' ||
  response_time_ms, char(10)) FROM (SELECT * FROM llm_usage ORDER BY id)")" \
'2025-11-05T10:20:30Z openai gpt-4o-mini-2024-07-18 9 10 0 0 0 0 c1 812
2025-11-05T10:21:30Z openai gpt-4o 2000 50 1920 0 0 20 c1 1500
2026-08-01T00:00:00Z openai gpt-4o-mini-2024-07-18 12 7 0 0 0 0 t1 640
2026-08-01T00:01:00Z anthropic claude-sonnet-4 10004 120 9000 1000 400 0 t1 2100
2026-08-01T00:02:00Z google gemini-2.5-pro 100 60 64 0 0 40 t2 3000'
check 'all are priced' "$(ask 'SELECT count(*) FROM llm_unpriced')" 0
check 'the log is only read' "$(sqlite3 $tmp/logs.db 'PRAGMA integrity_check; SELECT count(*) FROM sqlite_schema')" 'ok
4'
# A table of before token counts (llm 0.4), a database of something else, a text that is no
# database, no file.
sqlite3 $tmp/oldest.db "CREATE TABLE responses(id TEXT, model TEXT, prompt TEXT, response TEXT, conversation_id TEXT,
  duration_ms INTEGER, datetime_utc TEXT); INSERT INTO responses(id, model, datetime_utc) VALUES ('a', 'gpt-4', '2023-07-01')"
check 'columns that are not there' "$(ask "SELECT tok_import('$tmp/oldest.db')")" \
  '{"format":"llm","read":1,"imported":0,"updated":0,"duplicates":0,"ignored":1,"rejected":0,"bad":[]}'
sqlite3 $tmp/other.db 'CREATE TABLE t(x)'
check 'another database' "$(ask "SELECT tok_import('$tmp/other.db')")" \
  "Error: stepping, tok_import: 'build/tmp/llm/other.db' is a database without a table turns, responses or message, expected llm's logs.db or opencode's opencode.db"
check 'no database' "$(ask "SELECT tok_import('tests/ledger/logs_db.sql', 'llm')")" \
  'Error: stepping, tok_import: file is not a database'
check 'no file' "$(ask "SELECT tok_import('$tmp/none.db', 'llm')")" \
  "Error: stepping, tok_import: cannot open 'build/tmp/llm/none.db', expected the path of a log"
# opencode keeps its messages in a database; before, each in a file of its own.
sqlite3 $tmp/opencode.db <<'EOT'
CREATE TABLE message(id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
INSERT INTO message VALUES ('msg_1', 'ses_1', 1, 1, '{"role":"user","time":{"created":1767225590000}}'),
  ('msg_2', 'ses_1', 1, 1, '{"role":"assistant","time":{"created":1767225600000,"completed":1767225605000},"modelID":"claude-sonnet-4-5",
    "providerID":"anthropic","cost":0.125,"tokens":{"input":10,"output":5,"reasoning":2,"cache":{"read":100,"write":50}}}'),
  ('msg_3', 'ses_1', 1, 1, '{"role":"assistant","time":{"created":1767225700000},"modelID":"gpt-5","providerID":"openai","cost":0,
    "tokens":{"input":0,"output":0,"reasoning":0,"cache":{"read":0,"write":0}}}'),
  ('msg_4', 'ses_1', 1, 1, '{"role":'),
  ('msg_5', 'ses_2', 1, 1, '{"role":"assistant","time":{"created":1767225800000},"modelID":"gpt-5","providerID":"openai","cost":0,
    "tokens":{"input":7,"output":3}}');
EOT
check 'opencode' "$(ask "SELECT tok_import('$tmp/opencode.db')")" \
  '{"format":"opencode","read":5,"imported":2,"updated":0,"duplicates":0,"ignored":3,"rejected":0,"bad":[]}'
check 'opencode, the file of a message' "$(ask "SELECT tok_import_text('{\"id\":\"msg_5\",\"sessionID\":\"ses_2\",\"role\":\"assistant\",
  \"time\":{\"created\":1767225800000},\"modelID\":\"gpt-5\",\"providerID\":\"openai\",\"cost\":0,\"tokens\":{\"input\":7,\"output\":3}}')")" \
  '{"format":"opencode","read":1,"imported":0,"updated":0,"duplicates":1,"ignored":0,"rejected":0,"bad":[]}'
check 'opencode, the rows' "$(ask "SELECT timestamp, provider, model, session_id, input_tokens, output_tokens, cache_read_tokens,
  cache_write_tokens, reasoning_tokens, cost_usd, response_time_ms, response_id FROM llm_usage WHERE response_id GLOB 'opencode*'")" \
'2026-01-01T00:00:00Z|anthropic|claude-sonnet-4-5|ses_1|160|7|100|50|2|0.125|5000|opencode:msg_2
2026-01-01T00:03:20Z|openai|gpt-5|ses_2|7|3||||3.875e-05||opencode:msg_5'
# While another program writes, the importer waits.
mkfifo $tmp/release
{ echo 'BEGIN EXCLUSIVE;'; cat $tmp/release; } | sqlite3 $tmp/opencode.db &
{ sleep 1; echo 'COMMIT;'; } > $tmp/release &
sleep 0.3
check 'a log that is written' "$(ask "SELECT tok_import('$tmp/opencode.db', 'opencode') ->> '$.duplicates'")" 2
wait
# Without file access there is no tok_import, but texts are read.
check 'without files' "$(sqlite3 -batch -init /dev/null :memory: '.load build/tok sqlite3_toknofs_init' \
  "SELECT tok_import('$tmp/logs.db')" "SELECT 1" 2>&1 | grep -c 'no such function: tok_import')" 1
echo "$passed passed, 0 failed"
