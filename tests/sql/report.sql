-- tok_report against GROUP BY over the rows: 9,000 requests of 40 days, more than one batch of the
-- roll-ups, with late rows, changes and deletions, times before 1970 and unknown values.
SELECT tok_init() > 0;
.output /dev/null
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, session_id, service_tier, input_tokens,
  output_tokens, cache_read_tokens, response_time_ms, cost_nano, tags)
SELECT 1772323200 + (i * 7919 % 40) * 86400 + i * 104729 % 86400,
  CASE i % 3 WHEN 0 THEN 'openai' WHEN 1 THEN 'anthropic' END, CASE i % 5 WHEN 0 THEN 'a' WHEN 1 THEN 'b' WHEN 2 THEN 'c' END,
  CASE i % 4 WHEN 0 THEN 'chat' WHEN 1 THEN 'code' END, 't' || (i % 11), 'u' || (i % 101), 's' || (i % 500),
  CASE WHEN i % 9 = 0 THEN 'batch' END, CASE WHEN i % 17 THEN i * 31 % 5000 END, i * 37 % 900, NULL,
  CASE WHEN i % 6 THEN i * 7907 % 20011 END, CASE WHEN i % 8 THEN i * 1000003 % 90000000 END,
  CASE i % 4 WHEN 0 THEN '["x","y"]' WHEN 1 THEN '{"app":"web","n":1}' END FROM n;
UPDATE llm_usage SET cache_read_tokens = input_tokens / 3 WHERE id % 2 AND input_tokens > 10;
UPDATE llm_usage SET timestamp = '1969-12-31T23:59:30Z' WHERE id IN (5, 6000);
UPDATE llm_usage SET tenant_id = NULL WHERE id % 77 = 0;
DELETE FROM llm_usage WHERE id % 97 = 0;
INSERT INTO llm_usage(id, timestamp, model, input_tokens, output_tokens, cost_nano) VALUES (-3, '2026-03-05', 'late', 1, 2, 3);
.output
CREATE TEMP TABLE ask(id INTEGER PRIMARY KEY, by TEXT, lo, hi, zone TEXT, filter TEXT, key TEXT, cond TEXT);
INSERT INTO ask(by, lo, hi, zone, filter, key, cond) VALUES
  ('model', NULL, NULL, NULL, NULL, 'model', '1'),
  ('model', '2026-03-03T04:05:06Z', '2026-03-29T23:30:00Z', NULL, NULL, 'model', '1'),
  ('provider', '2026-03-03', '2026-04-01', NULL, '{"model":"a"}', 'provider', 'model = ''a'''),
  ('task', '2026-03-03T10:00:00Z', '2026-03-03T10:20:00Z', NULL, NULL, 'task_type', '1'),
  ('task_type', '2026-03-03', NULL, NULL, '{"task_type":null}', 'task_type', 'task_type IS NULL'),
  ('tenant', NULL, '2026-03-20T12:34:56Z', NULL, '{"provider":"openai","task_type":"chat"}', 'tenant_id', 'provider = ''openai'' AND task_type = ''chat'''),
  ('user', '2026-03-03', '2026-03-09', NULL, '{"tenant_id":"t3"}', 'user_id', 'tenant_id = ''t3'''),
  ('session', '2026-03-03', '2026-03-09', NULL, '{"service_tier":"batch"}', 'session_id', 'service_tier = ''batch'''),
  ('service_tier', NULL, NULL, NULL, '{"user_id":"u7"}', 'service_tier', 'user_id = ''u7'''),
  ('all', NULL, NULL, NULL, '{}', '''all''', '1'),
  ('day', NULL, NULL, 'UTC', NULL, 'tok_bucket_label(unix_time, ''day'')', '1'),
  ('day', '2026-03-03T04:05:06Z', '2026-04-02', 'America/New_York', NULL, 'tok_bucket_label(unix_time, ''day'', ''America/New_York'')', '1'),
  ('day', NULL, '2026-04-02', 'Asia/Kathmandu', '{"tenant_id":"t1"}', 'tok_bucket_label(unix_time, ''day'', ''Asia/Kathmandu'')', 'tenant_id = ''t1'''),
  ('hour', '2026-03-28T04:05:06Z', '2026-03-30', 'Europe/London', NULL, 'tok_bucket_label(unix_time, ''hour'', ''Europe/London'')', '1'),
  ('hour', '2026-03-03', '2026-03-05', NULL, '{"model":"c","provider":null}', 'tok_bucket_label(unix_time, ''hour'')', 'model = ''c'' AND provider IS NULL'),
  ('week', NULL, NULL, 'Europe/Berlin', NULL, 'tok_bucket_label(unix_time, ''week'', ''Europe/Berlin'')', '1'),
  ('month', NULL, NULL, 'Asia/Kolkata', '{"task_type":"code"}', 'tok_bucket_label(unix_time, ''month'', ''Asia/Kolkata'')', 'task_type = ''code'''),
  ('year', NULL, NULL, NULL, '{"status":null}', 'tok_bucket_label(unix_time, ''year'')', 'status IS NULL'),
  ('tag:app', NULL, NULL, NULL, NULL, 'tags ->> ''$.app''', '1'),
  ('model', NULL, NULL, NULL, '{"tag":"y"}', 'model', 'tags LIKE ''%"y"%'''),
  ('model', NULL, NULL, NULL, '{"tag":"app:web"}', 'model', 'tags LIKE ''{%'''),
  ('quarter', '2026-03-03', '2026-03-03', NULL, NULL, '''none''', '0');
.mode list
.once build/tmp/report_generated.sql
-- @(x): ten digits of a REAL, because sums in another order differ in the last one.
SELECT replace(printf('WITH got AS (SELECT key, requests, input_tokens, output_tokens, total_tokens, @(cost_usd), @(avg_cost_usd), @(avg_tokens), @(p50_ms), @(p95_ms), @(p99_ms), @(cache_hit_ratio), @(tokens_per_usd), @(share) FROM tok_report(%Q, %Q, %Q, %Q, %Q)), row AS (SELECT * FROM llm_usage WHERE %s'
    || ' AND unix_time >= coalesce(strftime(''%%s'', %Q) + 0, -9e18) AND unix_time < coalesce(strftime(''%%s'', %Q) + 0, 9e18)),'
    || ' expected AS (SELECT %s AS k, count(*), sum(input_tokens), sum(output_tokens), sum(total_tokens), @(sum(cost_nano) / 1e9),'
    || ' @(sum(cost_nano) / 1e9 / count(cost_nano)), @(sum(total_tokens) * 1.0 / count(total_tokens)), @(tok_p50(response_time_ms)),'
    || ' @(tok_p95(response_time_ms)), @(tok_p99(response_time_ms)), @(sum(cache_read_tokens) * 1.0 / sum(input_tokens)),'
    || ' @(sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano)),'
    || ' @(sum(cost_nano) * 1.0 / (SELECT sum(cost_nano) FROM row)) FROM row GROUP BY k)'
    || ' SELECT %d, %Q, (SELECT count(*) FROM got), (SELECT count(*) FROM expected), (SELECT count(*) FROM (SELECT * FROM got EXCEPT SELECT * FROM expected)),'
    || ' (SELECT count(*) FROM (SELECT * FROM expected EXCEPT SELECT * FROM got));',
    by, lo, hi, zone, filter, cond, lo, hi, key, id, by), '@(', 'printf(''%.10g'', ')
FROM ask;
.read build/tmp/report_generated.sql
-- Order: by time, or by falling cost with unknown costs last.
SELECT group_concat(key) FROM (SELECT key FROM tok_report('month', NULL, NULL));
SELECT min(ok) FROM (SELECT cost_usd <= lag(cost_usd) OVER () OR cost_usd IS NULL OR lag(cost_usd) OVER () IS NULL AS ok FROM tok_report('user', NULL, NULL));
-- A request with two tags counts in both.
SELECT key, requests FROM tok_report('tag', NULL, NULL) ORDER BY key;
-- The zone of the setting.
UPDATE llm_setting SET value = 'Asia/Kolkata' WHERE name = 'zone';
SELECT count(*), min(key) FROM tok_report('hour', '2026-03-03', '2026-03-04');
UPDATE llm_setting SET value = 'UTC' WHERE name = 'zone';
-- Roll-ups and the tail after the watermark together, and percentiles from bins on larger sets:
-- within 0.8 %.
.output /dev/null
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, response_time_ms, cost_nano)
SELECT 1772323200 + i * 104729 % (40 * 86400), 'openai', 'a', 1, 1, i * 7907 % 20011, 5 FROM n;
.output
SELECT key, requests, abs(p50_ms / x50 - 1) < 0.008, abs(p95_ms / x95 - 1) < 0.008, abs(p99_ms / x99 - 1) < 0.008
FROM tok_report('model', '2026-03-02', '2026-04-09') AS r JOIN (
  SELECT model, tok_p50(response_time_ms) AS x50, tok_p95(response_time_ms) AS x95, tok_p99(response_time_ms) AS x99
  FROM llm_usage WHERE unix_time >= strftime('%s', '2026-03-02') + 0 AND unix_time < strftime('%s', '2026-04-09') + 0 GROUP BY model) AS x ON x.model = r.key;
SELECT min(abs(p50_ms / x50 - 1) < 0.008), count(*) FROM tok_report('day', '2026-03-02', '2026-04-09') AS r JOIN (
  SELECT date(unix_time, 'unixepoch') AS d, tok_p50(response_time_ms) AS x50 FROM llm_usage GROUP BY d) AS x ON x.d = r.key;
-- In a join, the arguments from another table.
SELECT a.by, r.key, r.requests FROM (SELECT 'provider' AS by) AS a JOIN tok_report(a.by, '2026-03-02', '2026-04-09') AS r ORDER BY 2;
-- What is wrong.
-- A request that has a tag twice counts once in it.
.print tag twice
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, tags, cost_nano) VALUES
  ('2026-01-01', 'a', 10, 1, '["x","y","x"]', 5), ('2026-01-01', 'a', 20, 2, '{"x":"x","z":"x"}', 7);
SELECT key, requests, input_tokens, cost_usd FROM tok_report('tag', NULL, NULL);
-- The last second of the year 9999 is in an open range; with a row so far off, days of a zone are
-- still told apart.
.print far off
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES ('9999-12-31T23:59:59Z', 'b', 1, 1), ('1970-01-01', 'c', 1, 1);
SELECT key, requests FROM tok_report('year', NULL, NULL);
SELECT key, requests FROM tok_report('day', NULL, NULL, 'America/St_Johns');
UPDATE llm_rollup_state SET watermark = (SELECT max(id) FROM llm_usage);
SELECT key, requests FROM tok_report('all', NULL, NULL), (SELECT 1) WHERE key = 'all';
SELECT key, requests FROM tok_report('day', NULL, NULL, 'America/St_Johns');
SELECT key, requests FROM tok_report('model', NULL, NULL, NULL, '{"tag":null}');
SELECT * FROM tok_report(NULL, 1, 2);
SELECT * FROM tok_report;
SELECT * FROM tok_report('colour', NULL, NULL);
SELECT * FROM tok_report('day', 'soon', NULL);
SELECT * FROM tok_report('day', NULL, NULL, 'Mars/Olympus');
SELECT * FROM tok_report('day', NULL, NULL, NULL, '[]');
SELECT * FROM tok_report('day', NULL, NULL, NULL, '{"colour":"red"}');
SELECT * FROM tok_report('day', NULL, NULL, NULL, '{"model":["a"]}');
SELECT * FROM tok_report('tag:', NULL, NULL);
-- Tags, however their JSON is spelled: escapes (before 3.45 SQLite compares names as written),
-- quotes, names and values that look the same together, and text that only looks like JSON. A
-- summary of requests whose tokens nobody knows has no count of 0.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, tags) VALUES
  (1, 'unknown', 1, '{"env":"prod"}'), (2, 'unknown', 2, '{"e\u006ev":"prod"}'), (3, 'unknown', 4, '{"a\"b":"q","a":"b:c","a:b":"c"}'),
  (4, 'unknown', 8, '{only looks like it}'), (5, 'unknown', 16, NULL), (6, 'unknown', 32, '["env",1]');
SELECT key, requests, input_tokens FROM tok_report('tag:env', NULL, NULL) ORDER BY key;
SELECT key, requests, input_tokens FROM tok_report('tag:a"b', NULL, NULL) ORDER BY key;
SELECT key, requests, input_tokens FROM tok_report('tag:0', NULL, NULL) ORDER BY key;
SELECT key, requests, input_tokens FROM tok_report('tag', NULL, NULL) ORDER BY key;
SELECT requests, input_tokens FROM tok_report('all', NULL, NULL, NULL, '{"tag":"env:prod"}');
SELECT tok_analytics('unknown', 1, 100) ->> '$.summary';
SELECT tok_analytics('unknown', 1, 1) ->> '$.summary';
ATTACH ':memory:' AS other;
DROP TABLE llm_rollup;
SELECT * FROM tok_report('day', NULL, NULL);
