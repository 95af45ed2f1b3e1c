/*
** Out of memory: in each workload below allocations fail, one after the other (points.h says which
** and how): once that allocation alone, once it and all after it.
**
** Each time the workload must give the right result or "out of memory", must leave a connection
** that then gives the right result, and must give every byte back. The shipped build/tok.so is what
** is tested, in a host with its own SQLite.
**
**     build/tests/fault/test_oom                    quickly; FAULT=1, FAULT_ALL=1: more (points.h)
**     FAULT_ONLY=quota build/tests/fault/test_oom   workloads with that in their name
**     FAULT_UTF16=1 build/tests/fault/test_oom      all databases in UTF-16
**     FAULT_ONLY=tok_init FAULT_POINT=1234 build/tests/fault/test_oom   one allocation
**                                                   that follows the child
*/
#include <limits.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <unistd.h>

#include "../check.h"
#include "points.h"

/* ---- workloads ------------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  const char *setup; /* runs without faults, may be NULL */
  const char *sql;   /* runs with them; its rows are the result; NULL: loading itself */
} workload;

#define TEXT "'The quick brown fox doesn''t jump over 1234 lazy \xe7\x8b\x97 \xf0\x9f\x90\xb6!'"
#define LONG_TEXT "replace(hex(zeroblob(300)), '00', " TEXT ")"
#define LEDGER "SELECT tok_init();"
#define UTF16 "PRAGMA encoding = 'UTF-16';" /* there, reading a text takes memory */
#define A_ROW "INSERT INTO llm_usage(provider, model, task_type, input_tokens, output_tokens)" \
              " VALUES('openai', 'gpt-4o', 'chat', 1200, 350);"

#define A_PRICE "INSERT INTO llm_price(model, meter, usd_per_1m, source) VALUES('gpt-4o', 'input', 2.1, 'contract');"

#define A_DAYS                                                                                                \
  "CREATE TABLE days AS WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 29) SELECT " \
  "date('2026-01-01', '+' || i || ' days') AS ts, 100 + i % 7 * 10 + i * 7919 % 13 AS v FROM t;"
#define DAYS_OF_USAGE                                                                          \
  "INSERT INTO llm_usage(timestamp, provider, model, task_type, input_tokens, output_tokens)" \
  " SELECT ts, 'openai', 'gpt-4o', 'chat', v, v FROM days;"

#define VOCABULARY(name, file) \
  "CREATE VIRTUAL TABLE IF NOT EXISTS " name " USING tok_vocabulary('tests/tokens/fixtures/" file "');"
#define A_QUOTA \
  "SELECT tok_quota_set('q', '{\"tenant_id\":\"t\",\"metric\":\"total\",\"limit\":100,\"period\":\"month\"," \
  "\"zone\":\"Europe/Berlin\",\"thresholds\":[0.8]}', '2026-01-01');"

static const workload workloads[] = {
    {"load", NULL, NULL},
    {"tok_version", NULL, "SELECT tok_version()"},
    {"tok_info", NULL, "SELECT length(tok_info()) > 0"},
    {"time zones", NULL, "SELECT tok_local(0, '+05:30'), tok_utc('2026-03-08 09:00', 'UTC-5'), tok_bucket(0, 'week'),"
     " tok_bucket_end(0, 'day', '+14'), tok_bucket_label(0, 'month', '-03:30')"},
    {"periods", NULL, "SELECT tok_period('every 1 month anchor 2026-01-31', '2026-03-01', 'Europe/Berlin');"
     "SELECT * FROM tok_periods('day', '2026-03-07', '2026-03-10', 'America/New_York')"},
    {"a zone's file", NULL, "SELECT tok_local(0, 'America/New_York')"},
    {"tok_count", NULL, "SELECT tok_count('gpt-4o', " TEXT ")"},
    {"tok_count of a long text", NULL, "SELECT tok_count('gpt-4', " LONG_TEXT ")"},
    {"tok_count of one long piece", NULL,
     "SELECT tok_count('o200k_base', replace(hex(zeroblob(2000)), '0', 'xqzj'))"},
    {"tok_encode", NULL, "SELECT tok_encode('gpt-4o', " TEXT "), tok_encode('gpt2', '<|endoftext|>', 'all')"},
    {"tok_encode of a long text", NULL, "SELECT tok_encode('gpt2', " LONG_TEXT ")"},
    {"tok_decode", NULL, "SELECT tok_decode('gpt-4o', tok_encode('gpt-4o', " TEXT "))"},
    {"tok_tokens", NULL, "SELECT * FROM tok_tokens('gpt-4o', " TEXT ")"},
    {"tok_count, estimated", NULL, "SELECT tok_count('claude-sonnet-4-5', " TEXT ")"},
    {"tok_estimate", NULL, "SELECT tok_estimate('claude-sonnet-4-5', " TEXT ")"},
    {"tok_count_messages", NULL,
     "SELECT tok_count_messages('gpt-4o', '[{\"role\":\"user\",\"content\":\"a\\nb\"}]', '{\"system\":\"s\\u0041\","
     "\"tools\":[{\"name\":\"f\",\"parameters\":{\"properties\":{\"a\":{\"enum\":[\"x\"]}}}}]}')"},
    {"tok_truncate", NULL, "SELECT tok_truncate('gpt-4o', " LONG_TEXT ", 100)"},
    {"tok_chunks", NULL, "SELECT * FROM tok_chunks('gpt-4o', " LONG_TEXT ", 100, 10)"},
    {"tok_encoding", NULL, "SELECT tok_encoding('azure/gpt-4o-2024-08-06'), tok_fits('gpt-4o', 1000, 10)"},
    {"tok_vocab", NULL,
     "SELECT * FROM tok_vocab WHERE encoding='o200k_base' AND id=1000;"
     "SELECT * FROM tok_vocab WHERE encoding='o200k_base' AND token=CAST(' the' AS BLOB);"
     "SELECT encoding, count(*) FROM tok_vocab WHERE encoding='r50k_base' AND id < 300"},
    {"tok_encodings", NULL, "SELECT * FROM tok_encodings"},
    {"tok_vocabulary from a file", NULL, VOCABULARY("qwen2_s", "small_qwen2.json")
     "SELECT tok_count('qwen2_s', " TEXT "), tok_encode('qwen2_s', " TEXT ")"},
    {"tok_vocabulary of SentencePiece", NULL, VOCABULARY("bpe_s", "small_bpe.model")
     VOCABULARY("unigram_s", "small_unigram.model") VOCABULARY("rules_s", "small_rules.model") VOCABULARY("words_s", "small_precompiled.json")
     "SELECT tok_count('rules_s', ' e' || char(769) || char(0xFB01) || ' '), tok_encode('rules_s', char(0x2460)), tok_encode('words_s', 'a' || char(0x2460) || ' b');"
     "SELECT tok_count('bpe_s', 'the quick \xe4\xb8\xad'), tok_encode('unigram_s', 'the quick \xe4\xb8\xad');"
     "DROP TABLE bpe_s; SELECT count(*) FROM sqlite_schema WHERE name LIKE 'bpe%'"},
    {"an imported vocabulary", VOCABULARY("llama3_s", "small_llama3.json"),
     "SELECT tok_encode('llama3_s', 'the quick'), tok_truncate('llama3_s', " TEXT ", 3);"
     "SELECT count(*) FROM tok_encodings; SELECT id, text FROM llama3_s WHERE id = 300"},
    {"estimates and chats by an imported vocabulary", VOCABULARY("qwen2_s", "small_qwen2.json"),
     "SELECT tok_estimate('qwen2_s', 'the quick'), tok_count_messages('qwen2_s', '[{\"content\":\"the quick\"}]'),"
     " tok_estimate('x/qwen2_s:free', 'the'), tok_estimate('claude-3', 'the quick')"},
    {"an imported vocabulary in tables", VOCABULARY("qwen2_s", "small_qwen2.json"),
     "SELECT * FROM tok_tokens('qwen2_s', 'e' || char(769) || ' the quick');"
     "SELECT chunk, text FROM tok_chunks('qwen2_s', " TEXT ", 5);"
     "SELECT id FROM tok_vocab WHERE encoding = 'qwen2_s' AND token = 'a'"},
    {"tok_models", NULL, "SELECT count(*), max(model) FROM tok_models; SELECT * FROM tok_models WHERE model='gpt-4o'"},
    {"tok_cost", NULL, "SELECT tok_cost('gpt-4o', 1200, 350), tok_cost_nano('gpt-4o', 1200, 350, 200)"},
    {"tok_cost of a usage object", NULL,
     "SELECT tok_cost('gpt-4o', '{\"input_tokens\":1200,\"output_tokens\":350,\"cache_read_tokens\":100}')"},
    {"costs of many models", NULL, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)"
     " SELECT count(tok_cost('m' || i, 1, 1)), sum(tok_row_cost_nano('gpt-4o', iif(i % 2, 'azure', 'openai'), NULL, i, i,"
     " NULL, NULL, NULL, NULL, 0)) FROM n"},
    {"tok_cost_explain", NULL, "SELECT tok_cost_explain('gpt-4o', '{\"input_tokens\":1200,\"output_tokens\":350}', '2026-03-01')"},
    {"tok_usage", NULL, "SELECT tok_usage('{\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}')"},
    {"tok_price", NULL, "SELECT tok_price('gpt-4o', 'input'), tok_resolve('azure/gpt-4o-2024-08-06')"},
    {"tok_pricing", NULL, "SELECT count(*), max(model) FROM tok_pricing; SELECT * FROM tok_pricing WHERE model='gpt-4o'"},
    {"llm_price", LEDGER A_PRICE, "SELECT tok_price('gpt-4o', 'input'), tok_resolve('gpt-4o'), tok_cost_explain('gpt-4o',"
     " '{\"input_tokens\":1}', 0); SELECT usd_per_1m, origin FROM tok_pricing WHERE model = 'gpt-4o' AND meter = 'input'"},
    {"llm_price while writing", LEDGER A_PRICE, A_ROW "SELECT DISTINCT cost_nano FROM llm_usage"},
    {"tok_pricing_import", LEDGER A_PRICE, "SELECT tok_pricing_import('{\"gpt-4o\":{\"mode\":\"chat\","
     "\"input_cost_per_token\":2e-06,\"output_cost_per_token\":4e-06},\"m\":{\"input_cost_per_token\":1}}') IS NOT NULL;"
     "SELECT model, meter, usd_per_1m FROM llm_price ORDER BY 1, 2"},
    {"tok_percentile", NULL, "SELECT tok_percentile(value, 0.3), tok_p95(value) FROM json_each('[3,1,2,null,9]')"},
    {"tok_p50 over a window", NULL, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
     " SELECT tok_p50(i * 7 % 11) OVER (ORDER BY i ROWS 20 PRECEDING) FROM n"},
    {"tok_anomaly_score", NULL, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
     " SELECT sum(s) FROM (SELECT tok_anomaly_score(i * 7 % 11, NULL, 2) OVER (ORDER BY i) AS s FROM n)"},
    /* several in one: every run makes a ledger first, which takes longer than they do */
    {"reports", LEDGER A_ROW, "SELECT key, requests, p95_ms FROM tok_report('model', NULL, NULL, 'Asia/Kolkata',"
     " '{\"task_type\":\"chat\"}'); SELECT requests FROM tok_report('tag:x', NULL, NULL);"
     "SELECT requests, models FROM tok_blocks(5); SELECT length(line) > 30 FROM tok_export('focus');"
     "SELECT length(line) > 30 FROM tok_export('json'); SELECT tok_analytics('*', 30, '2100-01-01') IS NOT NULL"},
    {"what if", LEDGER A_ROW, "SELECT requests, whatif_usd, unpriced FROM tok_whatif('2026-01-01',"
     " '{\"model\":\"gpt-4\",\"cache_read_ratio\":0.5,\"where\":{\"provider\":\"openai\"}}')"},
    {"responses and imports", LEDGER, "INSERT INTO tok_responses(response, tags) VALUES ('{\"id\":\"c\","
     "\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}', '{\"a\":1}');"
     "SELECT tok_import_text('{\"timestamp\":\"2026-01-01T00:00:00Z\",\"model\":\"gpt-4o\","
     "\"input_tokens\":1,\"output_tokens\":2,\"user\":\"J\\u00f6rg\"}\n{\"input_tokens\":-1}', 'jsonl') IS NOT NULL;"
     "SELECT tok_import_text('time,prompt tokens,task' || char(10) || '1,2,\"a\"\"b\"', '',"
     " '{\"set\":{\"model\":\"gpt\\u002d4o\"}}') IS NOT NULL;"
     "SELECT cost_nano, user_id, task_type, model, input_tokens FROM llm_usage"},
    {"response times", NULL, "SELECT tok_times(value), tok_times_percentile(tok_times(value), 0.95) FROM"
     " json_each('[100, 200, 300, null]'); SELECT tok_times_merge('1:1 700:9', ' 3:1 700:-2'), tok_times_merge('1:1', 'x')"},
    {"tok_audit and tok_rebuild", LEDGER A_ROW "UPDATE llm_usage SET response_time_ms = 90;",
     "SELECT tok_rebuild(); SELECT count(*) FROM tok_audit(); UPDATE llm_rollup SET times = '7:1',"
     " requests = 2 WHERE dim = 'all' AND level = 86400; SELECT measure, stored, ledger FROM tok_audit('llm_rollup');"
     "SELECT tok_rebuild(); SELECT count(*) FROM tok_audit()"},
    {"a fold", LEDGER, "INSERT OR IGNORE INTO llm_usage(id, model, tenant_id, response_time_ms, input_tokens, output_tokens) VALUES"
     " (2046, 'gpt-4o', 't', 5, 1, 1), (2047, 'gpt-4o', NULL, 900, 1, 1), (2048, 'gpt-4o', 't', 5, 1, 1);"
     "SELECT watermark FROM llm_rollup_state; SELECT dim, times FROM llm_rollup WHERE level = 86400"},
    {"tok_calibrate", LEDGER
     "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO llm_usage(timestamp, model,"
     " input_tokens, output_tokens, estimated_tokens) SELECT '2026-01-05', 'claude-sonnet-4', 220 + i % 7, 5, 200 FROM n;",
     "SELECT tok_calibrate('2026-01-01', '2026-02-01'); SELECT requests, round(factor, 3) FROM llm_factor;"
     "SELECT tok_estimate('claude-sonnet-4', 'Hello') ->> 'method'"},
    {"tok_bulk", LEDGER, "DELETE FROM llm_usage; SELECT tok_bulk_begin(); " A_ROW " " A_ROW "SELECT tok_bulk_end(); SELECT sum(total_tokens),"
     " sum(cost_nano) FROM llm_usage; SELECT count(*) FROM tok_audit(); SELECT requests FROM llm_stats"},
    {"views of time and sessions", LEDGER A_ROW "UPDATE llm_rollup_state SET watermark = 1;" A_ROW,
     "SELECT requests, share FROM llm_by_hour; SELECT requests FROM llm_by_day; SELECT requests, share FROM llm_by_session;"
     "SELECT requests, providers FROM llm_stats; SELECT * FROM llm_unpriced; SELECT prompt_tokens FROM llm_metrics"},
    {"imports of logs", LEDGER, "SELECT tok_import_text('{\"type\":\"assistant\",\"message\":{\"id\":\"m\",\"model\":"
     "\"claude-sonnet-4\",\"usage\":{\"input_tokens\":4,\"output_tokens\":1}},\"timestamp\":\"2026-01-05T10:00:01Z\"}\n{\"bro', 'claude-code')"
     " IS NOT NULL; SELECT tok_import_text('[{\"request_id\":\"c\",\"spend\":0.1,\"prompt_tokens\":1,\"completion_tokens\":2,"
     "\"startTime\":\"2026-01-03T10:00:00Z\",\"model\":\"gpt-4o\"},{\"prompt_tokens\":\"x\"}]', 'litellm') IS NOT NULL;"
     "SELECT tok_import_text('{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"traceId\":\"t\",\"spanId\":\"a\","
     "\"startTimeUnixNano\":\"1767225600000000000\",\"attributes\":[{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":"
     "\"gpt-4o\"}},{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"7\"}}]}]}]}]}', 'otel') IS NOT NULL;"
     "SELECT model, input_tokens, cost_nano FROM llm_usage"},
    {"imports of prints and tables", LEDGER,
     "SELECT tok_import_text('{\"type\":\"thread.started\",\"thread_id\":\"T\"}\n{\"ty"
     "pe\":\"turn.completed\",\"usage\":{\"input_tokens\":5,\"output_tokens\":6}}') IS"
     " NOT NULL;SELECT tok_import_text('{\"request_id\":\"c\",\"spend\":0,\"prompt_tok"
     "ens\":9,\"completion_tokens\":2,\"startTime\":\"2026-01-03\",\"model\":\"gpt-4o"
     "\",\"metadata\":\"{\\\"usage_object\\\":{\\\"prompt_tokens_details\\\":{\\\"cach"
     "ed_tokens\\\":4},\\\"prompt_tokens\\\":9,\\\"completion_tokens\\\":2}}\"}', 'lit"
     "ellm') IS NOT NULL;SELECT tok_import_text('Date,Kind,Model,Input (w/ Cache Write"
     "),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\n2026-01-04"
     ",Free,gpt-5,1,2,3,4,10,Free\n2026-01-04,\"Free,gpt-5,1,2,3,4,10,Free\n2026-01-05"
     ",Free,gpt-5,1,2,3,4,10,Free') IS NOT NULL;SELECT input_tokens, cache_read_tokens"
     ", cost_nano FROM llm_usage"},
    {"import of a logs.db", "ATTACH 'build/tmp/fault_logs.db' AS l; DROP TABLE IF EXISTS l.responses; CREATE TABLE l.responses(id"
     " TEXT PRIMARY KEY, model TEXT, prompt TEXT, response TEXT, conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT,"
     " input_tokens INTEGER, output_tokens INTEGER, token_details TEXT, resolved_model TEXT); INSERT INTO l.responses VALUES"
     "('a', 'gpt-4o', '', '', 'c', 12, '2026-01-05T10:20:30', 9, 10, '{\"prompt_tokens_details\":{\"cached_tokens\":4}}', NULL),"
     "('b', 'gpt-4o', '', '', 'c', 12, 'soon', 9, 10, '{', NULL); DETACH l;" LEDGER,
     "SELECT tok_import('build/tmp/fault_logs.db') IS NOT NULL; SELECT model, cache_read_tokens, cost_nano FROM llm_usage"},
    {"tok_export", LEDGER A_ROW "UPDATE llm_usage SET timestamp = '2026-01-01', created_at = NULL, tags = '[\"a\"]';",
     "SELECT line FROM tok_export('csv'); SELECT line FROM tok_export('focus', '2026-01-01', '2026-01-02')"},
    {"tok_anomalies", LEDGER
     "WITH RECURSIVE h(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM h WHERE i < 40) INSERT INTO llm_usage(timestamp,"
     " provider, model, tenant_id, input_tokens, output_tokens) SELECT 1772409600 + i * 86400 + 3600, 'openai', 'gpt-4o',"
     " iif(i % 2, 'acme', 'globex'), 1000 + i % 7 * 100 + iif(i = 30, 9000, 0), 10 FROM h;",
     "SELECT start, direction, cause FROM tok_anomalies('total', 'day', '{\"zone\":\"+02:00\"}', NULL, NULL, NULL,"
     " '2026-04-12')"},
    {"tok_init", NULL, LEDGER "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'llm_%'"},
    {"tok_init again", LEDGER A_ROW, LEDGER "SELECT count(*) FROM llm_usage"},
    {"tok_init of what is left of a ledger", LEDGER A_ROW "DROP TRIGGER llm_usage_fill; DROP INDEX llm_price_key; DROP VIEW llm_by_model",
     LEDGER "SELECT requests FROM llm_by_model; SELECT count(*) FROM sqlite_schema"},
    {"import of a fork and of searches", LEDGER, "SELECT tok_import_text('{\"timestamp\":\"2026-01-05T10:00:00Z\",\"type\":\"session_meta\",\"payload\":"
     "{\"id\":\"C\",\"forked_from_id\":\"P\"}}\n{\"timestamp\":\"2026-01-05T10:00:00Z\",\"type\":\"event_msg\",\"payload\":{\"type\":\"token_count\","
     "\"info\":{\"total_token_usage\":{\"input_tokens\":5,\"output_tokens\":6}}}}', 'codex') ->> 'format', tok_import_text('{\"timestamp\":\"2026-01-05T10:00:00Z\","
     "\"message\":{\"id\":\"m\",\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":5,\"output_tokens\":6,\"server_tool_use\":"
     "{\"web_search_requests\":1}}}}', 'claude-code') ->> 'format'; SELECT response_id, cost_nano, meters FROM llm_usage"},
    {"tok_init of an older ledger",
     "CREATE TABLE llm_usage(id INTEGER PRIMARY KEY, timestamp TEXT, provider TEXT, model TEXT, task_type TEXT,"
     " input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER, cost_usd REAL,"
     " response_time_ms INTEGER, created_at TEXT);"
     "INSERT INTO llm_usage VALUES(1,'2025-01-01 00:00:00','openai','gpt-4o','chat',10,20,30,0.5,100,'2025-01-01');",
     LEDGER "SELECT count(*), sum(total_tokens) FROM llm_usage"},
    {"recording", LEDGER, A_ROW "SELECT DISTINCT input_tokens, total_tokens, cost_nano FROM llm_usage"},
    {"tok_forecast", A_DAYS, "SELECT tok_forecast(ts, v, 5, '{\"level\":0.9,\"zone\":\"+02:00\"}') FROM days"},
    {"tok_backtest", LEDGER A_DAYS DAYS_OF_USAGE, "SELECT *, method FROM tok_backtest('requests', 'day', 2, '{\"task_type\":\"chat\"}', NULL, '2026-02-01')"},
    {"tok_project", LEDGER A_DAYS DAYS_OF_USAGE,
     "SELECT tok_project('total', 'month', '{\"budget\":100000,\"zone\":\"UTC\"}', '2026-01-20')"},
    {"views", LEDGER A_ROW, "SELECT model, requests FROM llm_by_model; SELECT provider FROM llm_by_provider"},
    {"tok_quota_set", LEDGER, A_QUOTA "SELECT name, limit_units, period, zone FROM llm_quota; SELECT count(*) > 100 FROM llm_calendar"},
    {"tok_quota_reserve", LEDGER A_QUOTA, "SELECT tok_quota_reserve('r', '{\"tenant_id\":\"t\",\"tag\":\"x\"}', '{\"input\":5,\"output\":5}',"
     " 60, '2026-01-01') ->> 'ok'; SELECT used, held FROM llm_counter; SELECT state FROM llm_hold"},
    {"tok_quota_settle", LEDGER A_QUOTA "SELECT tok_quota_reserve('r', '{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}',"
     " 600, '2026-01-01');", "SELECT tok_quota_settle('r', '{\"input_tokens\":60,\"output_tokens\":35}', '2026-01-01');"
     "SELECT used, held FROM llm_counter; SELECT state FROM llm_hold; SELECT count(*) FROM llm_alert_event;"
     "SELECT count(*) FROM llm_quota_audit"},
    {"remembered quotas", LEDGER A_QUOTA "SELECT tok_quota_set('w', '{\"metric\":\"requests\",\"limit\":9,\"period\":\"rolling 1h\","
     "\"split_by\":\"tenant_id,model\"}');", "SELECT tok_quota_check('{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}', '2026-01-01');"
     "SELECT tok_quota_check('{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}', '2026-01-01');"
     "SELECT tok_quota_reserve('a', '{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}', 60, '2026-01-01') ->> '$.ok';"
     "SELECT tok_quota_reserve('b', '{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":500}', 60, '2026-01-01') ->> '$.ok';"
     "SELECT used, held FROM llm_counter; SELECT ref, state FROM llm_hold; SELECT count(*) FROM llm_quota_audit"},
    {"tok_quota_check", LEDGER A_QUOTA, "SELECT tok_quota_check('{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":500}', '2026-01-01'),"
     " tok_quota_explain('{\"tenant_id\":\"\\u0074\"}', '{\"total\":7}', '2026-01-01');"
     "SELECT quota, used, held FROM tok_quota_status('q', '2026-01-01')"},
    {"refusal that names the quota", LEDGER A_QUOTA "UPDATE llm_quota SET limit_units = 80 WHERE name = 'q';",
     "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) VALUES('2026-01-01', 't', 50, 40)"},
    {"override, grant, and an INSERT that it pays", LEDGER A_QUOTA, "SELECT tok_quota_override('q', '', 95, '2026-02-01', 'slow', '2026-01-01');"
     "SELECT tok_quota_grant('q', '', 50, '2026-02-01', 'more', 1, '2026-01-01') > 0;"
     "SELECT limit_units, until, reason FROM llm_quota_override; SELECT special FROM llm_quota; SELECT max(units) FROM llm_grant;"
     "INSERT OR IGNORE INTO llm_usage(id, timestamp, tenant_id, input_tokens, output_tokens) VALUES(1, '2026-01-01', 't', 100, 20);"
     "SELECT sum(used) FROM llm_grant; SELECT count(*) FROM llm_quota_audit"},
    {"tok_quota_release, tok_quota_sweep", LEDGER A_QUOTA "SELECT tok_quota_reserve('r', '{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}',"
     " 60, '2026-01-01'), tok_quota_reserve('s', '{\"tenant_id\":\"t\"}', '{\"input\":5,\"output\":5}', 60, '2026-01-01');",
     "SELECT tok_quota_release('r', '{\"input\":5}', '2026-01-01') IS NULL; SELECT tok_quota_sweep('2026-01-02') >= 0;"
     "SELECT state FROM llm_hold; SELECT used, held FROM llm_counter"},
    {"guarded INSERT", LEDGER A_QUOTA, "INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) VALUES('2026-01-01', 't', 50, 40);"
     "SELECT used FROM llm_counter; SELECT count(*) FROM llm_alert_event"},
    {"tok_reprice under a guard of UPDATE", LEDGER A_QUOTA A_ROW "UPDATE llm_quota SET guard = 'write', metric = 'cost', limit_units = 1, since = 0;",
     "SELECT tok_reprice('2026-01-01'); SELECT cost_nano FROM llm_usage; SELECT count(*) FROM llm_meta WHERE key = 'repricing'"},
    {"an UPDATE that moves a row under a guard", LEDGER A_QUOTA "UPDATE llm_quota SET guard = 'write'; INSERT INTO llm_usage(id, timestamp,"
     " tenant_id, provider, model, input_tokens, output_tokens) VALUES(1, '2026-01-01', 's', 'openai', 'gpt-4o', 90, 9);",
     "UPDATE llm_usage SET tenant_id = 't', model = 'gpt-4o-mini', output_tokens = 10; SELECT total_tokens, cost_nano FROM llm_usage;"
     "SELECT used FROM llm_counter; SELECT count(*) FROM llm_quota_waiting; SELECT count(*) FROM llm_quota_audit"},
    {"token bucket", LEDGER "SELECT tok_quota_set('b', '{\"metric\":\"total\",\"limit\":100,\"period\":\"bucket 60s\"}', '2026-01-01');",
     "INSERT OR IGNORE INTO llm_usage(id, timestamp, input_tokens, output_tokens) VALUES(1, '2026-01-01', 50, 40);"
     "SELECT tok_quota_reserve('r', '{}', '{\"input\":5,\"output\":5}', 600, '2026-01-01T00:00:01Z') ->> 'ok';"
     "SELECT tok_quota_explain('{}', '{\"total\":50}', '2026-01-01T00:00:02Z');"
     "SELECT used, held, remaining, resets_at FROM tok_quota_status('b', '2026-01-01T00:00:02Z')"},
    {"arguments of tables in UTF-16", UTF16 LEDGER A_ROW,
     "SELECT count(*) FROM tok_export('csv', '2026-01-01'); SELECT count(*) FROM tok_audit('llm_counter');"
     "SELECT key FROM tok_report('model', '2026-01-01', NULL, 'Asia/Kolkata', '{\"model\":\"gpt-4o\"}');"
     "SELECT requests FROM tok_whatif('2026-01-01', '{\"model\":\"gpt-4\"}');"
     "SELECT * FROM tok_periods('day', '2026-03-07', '2026-03-08', 'America/New_York');"
     "SELECT * FROM tok_quota_status('q', '2026-01-01'); SELECT id FROM tok_tokens('gpt-4o', 'a b');"
     "SELECT chunk FROM tok_chunks('gpt-4o', 'a b', 1); SELECT id FROM tok_vocab WHERE"
     " encoding = 'o200k_base' AND token = 'a'; SELECT count(*) FROM tok_models WHERE model = 'gpt-4o'"},
    {"tok_reprice", LEDGER A_ROW, "SELECT tok_reprice(); SELECT cost_nano FROM llm_usage"},
};

/* In these the first statement is prepared before, and every allocation of its run fails. */
static const workload prepared[] = {
    {"a run: INSERT of meters", LEDGER,
     "INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, meters) VALUES"
     "('anthropic', 'claude-sonnet-4-5', 5, 6, '{\"web_searches\":1}');"
     "SELECT DISTINCT cost_nano FROM llm_usage"},
    {"a run: INSERT of tags", UTF16 LEDGER,
     "INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, tags) VALUES"
     "('openai', 'gpt-4o', 5, 6, '{\"a\":1}'); SELECT DISTINCT cost_nano, total_tokens FROM llm_usage"},
    {"a run: costs", UTF16 LEDGER A_PRICE,
     "SELECT tok_cost_nano('gpt-4o', '{\"provider\":\"openai\",\"input_tokens\":5}', '2026-01-01'),"
     " tok_row_cost_nano('gpt-4o', 'azure', 'batch', 7, 9, NULL, NULL, NULL, NULL, '2026-01-01'),"
     " tok_usage('{\"prompt_tokens\":1}', 'openai'), tok_json_valid('{\"a\":[1]}')"}};

/* Wrong use: the messages are built in memory too. */
static const char *const errors_sql[] = {
    "SELECT tok_encode('no such model', 'x')", "SELECT tok_decode('gpt-4o', '[1,')",
    "SELECT tok_decode('gpt-4o', '[-1]')", "SELECT tok_truncate('gpt-4o', 'x', -1)",
    "SELECT tok_cost('gpt-4o', -1, 0)",
    "SELECT tok_forecast('2026-01-01', 1, 0)", "SELECT tok_forecast(1, 2, 3, '{\"a\":1}')",
    "SELECT tok_project('cost', 'no period')", "SELECT * FROM tok_chunks('gpt-4o', 'x', 0)"};

/* ---- running --------------------------------------------------------------------------------- */

enum { RESULT_MAX = 1 << 20 };

typedef struct {
  int rc;
  size_t n;
  const char *at; /* the last statement, and how many bytes the rows of those before it are */
  size_t at_n;
  char text[RESULT_MAX]; /* the rows, or the error message */
} result;

static void add_row(result *r, sqlite3_stmt *stmt) {
  for (int i = 0; i < sqlite3_column_count(stmt); i++) {
    const char *p = sqlite3_column_blob(stmt, i);
    size_t n = (size_t)sqlite3_column_bytes(stmt, i);
    if (p == NULL && sqlite3_column_type(stmt, i) != SQLITE_NULL && n > 0) n = 0;
    if (r->n + n + 2 > RESULT_MAX) return;
    if (n > 0) memcpy(r->text + r->n, p, n);
    r->n += n;
    r->text[r->n++] = '|';
  }
}

static void run(sqlite3 *db, const char *sql, result *r) {
  r->rc = SQLITE_OK;
  r->n = 0;
  const char *all = sql;
  while (r->rc == SQLITE_OK && *sql != '\0') {
    sqlite3_stmt *stmt = NULL;
    bool alone = sqlite3_get_autocommit(db) != 0; /* else a failure undoes what was before, too */
    r->at = alone ? sql : all;
    r->at_n = alone ? r->n : 0;
    r->rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
    if (stmt == NULL) continue;
    int rc;
    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) add_row(r, stmt);
    sqlite3_finalize(stmt);
    if (rc != SQLITE_DONE) r->rc = rc;
  }
  if (r->rc == SQLITE_OK) return;
  const char *message = sqlite3_errmsg(db);
  r->n = strlen(message) < RESULT_MAX ? strlen(message) : RESULT_MAX - 1;
  memcpy(r->text, message, r->n);
}

static int load(sqlite3 *db) {
  int rc = sqlite3_enable_load_extension(db, 1);
  return rc == SQLITE_OK ? sqlite3_load_extension(db, "build/tok", NULL, NULL) : rc;
}

static int open_and_load(sqlite3 **db) {
  int rc = sqlite3_open(":memory:", db);
  return rc == SQLITE_OK ? load(*db) : rc;
}

/* Open and loaded; with FAULT_UTF16 its database is in UTF-16, and reading a text takes memory. */
static int open_database(sqlite3 **db) {
  int rc = open_and_load(db);
  if (rc == SQLITE_OK && getenv("FAULT_UTF16") != NULL)
    rc = sqlite3_exec(*db, "PRAGMA encoding = 'UTF-16'", NULL, NULL, NULL);
  return rc;
}

/*
** The database after the setup of a workload: made once, since a ledger takes ten times as long as
** what is tested.
*/
static struct {
  const char *setup;
  unsigned char *pages; /* owned */
  sqlite3_int64 size;
} made;

static int make(const char *setup) {
  sqlite3 *db = NULL;
  int rc = open_database(&db);
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, setup, NULL, NULL, NULL);
  if (rc != SQLITE_OK) printf("    setup: %s\n", sqlite3_errmsg(db));
  sqlite3_free(made.pages);
  made.pages = rc == SQLITE_OK ? sqlite3_serialize(db, "main", &made.size, 0) : NULL;
  made.setup = setup;
  sqlite3_close(db);
  return rc;
}

/* A connection to a copy of it; tok_init() makes the connection's own objects where there are. */
static sqlite3 *fresh(const workload *w) {
  sqlite3 *db = NULL;
  int rc = SQLITE_OK;
  if (w->setup != NULL && made.setup != w->setup) rc = make(w->setup);
  if (rc == SQLITE_OK) rc = open_database(&db);
  /* A temporary file would be written by parent and child. */
  if (rc == SQLITE_OK) rc = sqlite3_exec(db, "PRAGMA temp_store = memory", NULL, NULL, NULL);
  if (rc == SQLITE_OK && w->setup != NULL) {
    unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)made.size);
    if (copy != NULL) memcpy(copy, made.pages, (size_t)made.size);
    rc = copy == NULL ? SQLITE_NOMEM
                      : sqlite3_deserialize(db, "main", copy, made.size, made.size,
                                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE);
    if (rc == SQLITE_OK && strstr(w->setup, LEDGER) != NULL) rc = sqlite3_exec(db, LEDGER, NULL, NULL, NULL);
    /* a statement that is prepared before the schema is read does not know the encoding */
    else if (rc == SQLITE_OK) rc = sqlite3_exec(db, "SELECT 1 FROM sqlite_schema", NULL, NULL, NULL);
  }
  if (!CHECK_INT(rc, SQLITE_OK)) printf("    %s: setup: %s\n", w->name, sqlite3_errmsg(db));
  return db;
}

/*
** Column values are read after a step under fault: a NULL pointer there shows as SQLITE_NOMEM of
** the connection.
*/
static void judge(const workload *w, const result *got, const result *expected, int col_nomem,
                  long n, const char *where) {
  bool same = got->rc == expected->rc && got->n == expected->n &&
              memcmp(got->text, expected->text, got->n) == 0;
  bool nomem = (got->rc & 0xff) == SQLITE_NOMEM || col_nomem;
  /* SQLite drops the text of an error, not the error, where it cannot keep a copy. */
  const char *bare = sqlite3_errstr(expected->rc);
  bool dropped = expected->rc != SQLITE_OK && got->rc == expected->rc && got->n == strlen(bare) &&
                 memcmp(got->text, bare, got->n) == 0;
  /*
  ** Out of memory in a statement within a statement rolls back, and the outer one says no more than
  ** that.
  */
  static const char undone[] = "abort due to ROLLBACK";
  bool outer = (got->rc & 0xff) == SQLITE_ABORT && got->n >= sizeof undone - 1 &&
               memcmp(got->text + got->n - (sizeof undone - 1), undone, sizeof undone - 1) == 0;
  if (same || nomem || dropped || outer) return;
  char what[300];
  snprintf(what, sizeof what, "%s: %s allocation %ld: got %d %.*s", w->name, where, n, got->rc,
           (int)(got->n > 150 ? 150 : got->n), got->text);
  check_note(0, __FILE__, __LINE__, what);
}

/* Functions and modules that are there after loading, however it went before. */
static void check_complete_load(sqlite3 *db) {
  static result complete;
  static result r;
  run(db,
      "SELECT name, narg, type, flags FROM pragma_function_list WHERE name LIKE 'tok%' ORDER BY 1, 2, 3;"
      "SELECT name FROM pragma_module_list WHERE name LIKE 'tok%' ORDER BY 1; SELECT tok_version()",
      &r);
  CHECK_INT(r.rc, SQLITE_OK);
  if (complete.n == 0) complete = r; /* the first call is after an undisturbed load */
  CHECK_BYTES(r.text, r.n, complete.text, complete.n);
}

static bool try_load(int space, int mode, long n) {
  sqlite3 *db = NULL;
  points_arm(space, mode, n);
  int rc = open_and_load(&db);
  bool fired = points_stop();
  if (rc != SQLITE_OK) {
    CHECK(fired);
    CHECK((rc & 0xff) == SQLITE_NOMEM || (rc & 0xff) == SQLITE_ERROR);
    sqlite3_close(db);
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) return fired;
    /* again, on a connection that opened: the failure is then in loading */
    points_arm(space, mode, n - 1);
    load(db);
    points_stop();
    CHECK_INT(load(db), SQLITE_OK);
  }
  check_complete_load(db);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  return fired;
}

/*
** The connection goes on as if nothing had been: the statement that failed, and those after it, are
** as ever.
*/
static void go_on(const workload *w, sqlite3 *db, const result *expected, result *got) {
  static result rest;
  size_t before = got->at_n;
  rest.rc = expected->rc;
  rest.n = expected->rc == SQLITE_OK ? expected->n - before : expected->n;
  memcpy(rest.text, expected->text + (expected->rc == SQLITE_OK ? before : 0), rest.n);
  run(db, got->at, got);
  judge(w, got, &rest, 0, points_child.n, "after failing");
}

/* The child of a walk: judges what came of the failure, and ends. */
static void end_child(const workload *w, const result *expected, sqlite3 *db, result *got, int space,
                      sqlite3_int64 used, long live) {
  const char *const where[N_SPACES] = {"SQLite", "libc"};
  const points_role *me = &points_child;
  int shown = check_shown; /* CUnit remembers a failure in memory of its own */
  judge(w, got, expected, sqlite3_errcode(db) == SQLITE_NOMEM, me->n, where[space]);
  if (!sqlite3_get_autocommit(db)) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  if (got->rc != SQLITE_OK && me->again) go_on(w, db, expected, got);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  sqlite3_int64 leaked = sqlite3_memory_used() - used;
  long blocks = points_live() - live;
  if (!CHECK_INT(leaked, 0) || (shown == check_shown && !CHECK(blocks <= 0))) {
    printf("    %s: leak at allocation %ld (%lld bytes, libc blocks %+ld)\n", w->name, me->n,
           (long long)leaked, blocks);
  }
  _exit(shown != check_shown);
}

static points_tally walk_sql(const workload *w, const result *expected, int space, long n_expected) {
  static result got;
  sqlite3_int64 used = sqlite3_memory_used();
  long live = points_live();
  sqlite3 *db = fresh(w);
  points_walk(space, n_expected);
  run(db, w->sql, &got);
  points_stop();
  if (points_child.forked) end_child(w, expected, db, &got, space, used, live);
  points_tally tally = points_walked();
  CHECK_INT(tally.failed, 0);
  CHECK_INT(got.rc, expected->rc);
  CHECK_BYTES(got.text, got.n, expected->text, expected->n);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  CHECK_INT(sqlite3_memory_used(), used);
  return tally;
}

/*
** Loading is short: each point runs it from its start, and once more on a connection that opened.
*/
static points_tally walk_load(void) {
  points_tally tally = {0};
  for (int mode = 0; mode < N_MODES; mode++) {
    bool fired = true;
    for (long n = 1; fired; n++) {
      sqlite3_int64 used = sqlite3_memory_used();
      fired = try_load(SPACE_SQLITE, mode, n);
      if (!CHECK_INT(sqlite3_memory_used(), used)) printf("    leak at allocation %ld of loading\n", n);
      tally.points += fired;
      tally.allocations += fired && mode == MODE_ONCE;
    }
  }
  return tally;
}

static points_tally run_workload(const workload *w, const result *expected, long n_expected) {
  points_tally sum = {0};
  if (w->sql == NULL) return walk_load(); /* not libc's: those are the dynamic loader's own */
  for (int space = 0; space < N_SPACES; space++) {
    points_tally t = walk_sql(w, expected, space, n_expected);
    sum.points += t.points;
    sum.allocations += t.allocations;
  }
  return sum;
}

static bool is_absent(const result *r) {
  return r->rc == SQLITE_ERROR && r->n > 8 && memcmp(r->text, "no such ", 8) == 0;
}

static long one(const workload *w) {
  static result expected;
  const char *only = getenv("FAULT_ONLY"); /* a part of a workload's name */
  if (only != NULL && strstr(w->name, only) == NULL) return 0;
  points_tally tally;
  if (w->sql == NULL) {
    tally = run_workload(w, NULL, 0);
    printf("%-48s%7ld points, %7ld allocations\n", w->name, tally.points, tally.allocations);
    return tally.points;
  }
  sqlite3 *db = fresh(w);
  points_arm(SPACE_SQLITE, MODE_ONCE, LONG_MAX); /* counts */
  run(db, w->sql, &expected);
  long n = points_passed();
  points_stop();
  sqlite3_close(db);
  if (is_absent(&expected)) {
    printf("skip %s: %.*s\n", w->name, (int)expected.n, expected.text);
    return 0;
  }
  tally = run_workload(w, &expected, n);
  printf("%-48s%7ld points, %7ld allocations\n", w->name, tally.points, tally.allocations);
  return tally.points;
}

/* ---- runs of a prepared statement ------------------------------------------------------------ */

/* The rows of a statement, and those of what follows it; finalizes it. */
static void run_on(sqlite3 *db, sqlite3_stmt *stmt, const char *then, result *r) {
  int rc;
  r->n = 0;
  while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) add_row(r, stmt);
  points_stop();
  r->rc = sqlite3_finalize(stmt);
  if (r->rc != SQLITE_OK) return;
  static result rest;
  run(db, then, &rest);
  r->rc = rest.rc;
  memcpy(r->text + r->n, rest.text, rest.n);
  r->n += rest.n;
}

static long each_of_a_run(const workload *w) {
  static result expected, got;
  const char *only = getenv("FAULT_ONLY"), *then;
  sqlite3_stmt *stmt;
  if (only != NULL && strstr(w->name, only) == NULL) return 0;
  sqlite3 *db = fresh(w);
  CHECK_INT(sqlite3_prepare_v2(db, w->sql, -1, &stmt, &then), SQLITE_OK);
  run_on(db, stmt, then, &expected);
  CHECK_INT(expected.rc, SQLITE_OK);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  sqlite3_int64 used = sqlite3_memory_used();
  long live = points_live();
  db = fresh(w);
  CHECK_INT(sqlite3_prepare_v2(db, w->sql, -1, &stmt, &then), SQLITE_OK);
  points_walk_all(SPACE_SQLITE);
  run_on(db, stmt, then, &got);
  if (points_child.forked) {
    got.at = w->sql;
    got.at_n = 0;
    end_child(w, &expected, db, &got, SPACE_SQLITE, used, live);
  }
  points_tally tally = points_walked();
  CHECK_INT(tally.failed, 0);
  CHECK(tally.points > 0);
  CHECK_BYTES(got.text, got.n, expected.text, expected.n);
  CHECK_INT(sqlite3_close(db), SQLITE_OK);
  printf("%-48s%7ld points, %7ld allocations\n", w->name, tally.points, tally.allocations);
  return tally.points;
}

static void survives_in_runs(void) {
  for (size_t i = 0; i < sizeof prepared / sizeof prepared[0]; i++) each_of_a_run(&prepared[i]);
}

static void survives(void) {
  long points = 0;
  for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
    points += one(&workloads[i]);
  }
  for (size_t i = 0; i < sizeof errors_sql / sizeof errors_sql[0]; i++) {
    workload w = {errors_sql[i], NULL, errors_sql[i]};
    points += one(&w);
  }
  printf("%ld fault points\n", points);
  CHECK(points > 0 || getenv("FAULT_ONLY") != NULL);
}

static void configure(void) {
  CHECK_INT(points_install(), SQLITE_OK);
  printf("%s\n", points_degree());
  points_arm(SPACE_LIBC, MODE_ONCE, 1); /* libraries get their memory here, too */
  FILE *f = fopen("/dev/null", "r");
  CHECK(f == NULL && points_stop());
  if (f != NULL) fclose(f);
  setvbuf(stdout, NULL, _IONBF, 0);
  remove("build/tmp/fault_logs.db"); /* of a run with databases of another encoding */
  sqlite3 *db = NULL; /* what is allocated once per process is not a leak */
  CHECK_INT(open_and_load(&db), SQLITE_OK);
  check_complete_load(db);
  sqlite3_close(db);
}

CHECK_MAIN({"the allocators are in place", configure},
           {"runs of prepared statements survive every failing allocation", survives_in_runs},
           {"survives every failing allocation", survives})
