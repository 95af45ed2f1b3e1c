-- Forecasts: numbers F, T, B, P are those of ext/forecast/aggregate_sql.c, tables_sql.c and
-- project_sql.c. Results are the same bits everywhere, so they are compared to 12 digits.
.nullvalue NULL
CREATE TABLE day(n INTEGER, ts TEXT, value REAL);
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 119)
INSERT INTO day SELECT i, date('2026-01-01', '+' || i || ' days'), 100 + 20 * (i % 7) + i / 2.0 + i * 7919 % 13 FROM t;
CREATE TABLE hour(ts INTEGER, value REAL);
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 735)
INSERT INTO hour SELECT 1767225600 + i * 3600, 1000 + 100 * abs(12 - i % 24) - 300 * (i / 24 % 7 > 4) + i * 7919 % 41 FROM t;

.print F1 days and hours
SELECT tok_forecast(ts, value, 3) FROM day;
SELECT tok_forecast(ts, value, 2, '{"level":0.95}') FROM hour;
SELECT tok_forecast(ts, value, 2) FROM day WHERE n < 0;
SELECT json_type(tok_forecast(ts, value, 2)) FROM day;
.print F2 any order, duplicates add up, NULL left out, the form of the first row
SELECT (SELECT tok_forecast(ts, value, 3) FROM day) = (SELECT tok_forecast(ts, value, 3) FROM (SELECT * FROM day ORDER BY value, n DESC));
SELECT (SELECT tok_forecast(ts, value, 3) FROM day) =
  (SELECT tok_forecast(ts, value / 2, 3) FROM (SELECT ts, value FROM day UNION ALL SELECT ts, value FROM day));
SELECT json_extract(tok_forecast(ts, value, 1), '$.points[0].ts', '$.n', '$.filled') FROM
  (SELECT ts, CASE WHEN n IN (50, 51) THEN NULL ELSE value END AS value FROM day UNION ALL SELECT NULL, 7);
SELECT json_extract(tok_forecast(strftime('%s', ts) + 0, value, 1), '$.points[0].ts') FROM day;
SELECT json_extract(tok_forecast(strftime('%s', ts) + 0.75, value, 1), '$.points[0].ts') FROM day;
SELECT json_extract(tok_forecast(ts || ' 06:00:00', value, 1), '$.points[0].ts') FROM day;
SELECT tok_forecast(ts, value, 2) FROM (SELECT n * n * 777 AS ts, value FROM day);
SELECT tok_forecast('yesterday', 1, 2);
SELECT tok_forecast('2026-01-01', 'many', 2);
SELECT tok_forecast('2026-01-01', x'00', 2);
SELECT tok_forecast('2026-01-01', 1e999, 2);
SELECT tok_forecast('2026-01-01', -1e301, 2);
SELECT tok_forecast(1e300, 1, 2);
.print F3 horizon and options
SELECT tok_forecast(ts, value, 0) FROM day;
SELECT tok_forecast(ts, value, 2001) FROM day;
SELECT tok_forecast(ts, value, 'week') FROM day;
SELECT tok_forecast(ts, value) FROM day;
SELECT tok_forecast(ts, value, NULL) FROM day;
SELECT tok_forecast(ts, value, 1, NULL) = tok_forecast(ts, value, 1) FROM day;
SELECT tok_forecast(ts, value, 1, '{}') = tok_forecast(ts, value, 1) FROM day;
SELECT json_extract(tok_forecast(ts, value, 1, '{"method":"theta","season":7,"positive":false}'), '$.method', '$.level') FROM day;
SELECT json_array_length(tok_forecast(ts, value, 2000), '$.points') FROM day;
SELECT tok_forecast(ts, value, 1, '{"level":1}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"level":"high"}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"season":0}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"method":"magic"}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"gaps":0}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"positive":1}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"zone":"Mars/Olympus"}') FROM day;
SELECT tok_forecast(ts, value, 1, '{"levl":0.9}') FROM day;
SELECT tok_forecast(ts, value, 1, '[]') FROM day;
SELECT tok_forecast(ts, value, 1, '{"level":0.9') FROM day;
SELECT json_extract(tok_forecast(ts, value, 2, '{"zone":"+02:00"}'), '$.points[1].ts') FROM
  (SELECT strftime('%Y-%m-%dT22:00:00Z', ts, '-1 day') AS ts, value FROM day);
.print gaps: unknown steps are filled in, zeros are meant
SELECT round(json_extract(tok_forecast(ts, value, 7), '$.total') / 7) > 1.5 * round(json_extract(tok_forecast(ts, value, 7, '{"gaps":"zero"}'), '$.total') / 7)
FROM day WHERE n % 3 > 0;
.print F4 a million rows of one table
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 999999)
SELECT json_extract(tok_forecast(i * 60, 5 + i % 2, 2), '$.n', '$.points[0].ts', '$.step') FROM t;
.print F5 the ladder of short histories
SELECT n + 1 AS points, (SELECT json_extract(j, '$.status', '$.method') FROM (SELECT tok_forecast(ts, value + b.n % 2 * 100, 3) AS j FROM day AS b WHERE b.n <= a.n))
FROM day AS a WHERE n IN (0, 1, 2, 3, 5, 6, 7, 12, 17, 27, 28, 59);
SELECT tok_forecast('2026-01-01', 5, 1);
.print all zero, constant, negative
SELECT tok_forecast(ts, 0, 1) FROM day;
SELECT tok_forecast(ts, 7, 1) FROM day;
SELECT json_extract(tok_forecast(ts, -value, 1), '$.points[0].forecast') < -90, json_extract(tok_forecast(ts, -value, 1), '$.points[0].upper') < 0 FROM day;
SELECT json_extract(tok_forecast(ts, value * 1e290, 1), '$.total') > 1e292 FROM day;
.print one spike of a hundred times and an outage change little
SELECT abs(json_extract(dirty, '$.total') / json_extract(clean, '$.total') - 1) < 0.03, json_extract(dirty, '$.repaired') FROM
  (SELECT tok_forecast(ts, value, 24) AS clean, tok_forecast(ts, CASE WHEN ts = 1767225600 + 700 * 3600 THEN value * 100
     WHEN ts BETWEEN 1767225600 + 600 * 3600 AND 1767225600 + 603 * 3600 THEN 0 ELSE value END, 24) AS dirty FROM hour);

.print T1 the ledger
SELECT tok_init() > 0;
SELECT count(*) FROM tok_forecast('cost', 'day', 7);
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 24 * 60)
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, tags, input_tokens, output_tokens, cost_nano)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 1767225600 + 3600 * i + 600, 'unixepoch'), 'openai', 'gpt-4o', 'chat', iif(i % 3, 'beta', 'acme'),
  iif(i % 2, '{"env":"prod"}', '["dev"]'), 1000 + 100 * (i % 24) + i * 7919 % 300, 300 + i * 31 % 50, 1000000 * (1 + i % 24) + i * 7919 % 9973 * 400 FROM t;
SELECT ts, round(forecast, 6), round(lower, 6), round(upper, 6) FROM tok_forecast('cost', 'day', 3);
SELECT ts, round(forecast), n, status FROM tok_forecast('total', 'hour', 2, '{"zone":"+05:30"}', 0.95);
SELECT ts, round(forecast, 6) FROM tok_forecast('requests', 'week', 2);
SELECT ts, round(forecast), lower, status FROM tok_forecast('requests', 'month', 2);
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, '{"tenant_id":"acme"}');
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, '{"tag":"env:prod"}');
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, '{"tag":"dev"}');
SELECT count(*) FROM tok_forecast('requests', 'day', 1, '{"user_id":"nobody"}');
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, '{"user_id":null}');
.print T3 a bucket that is not over is not looked at; days without rows before now are days without usage
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, NULL, NULL, '2026-02-10T23:59:59Z');
SELECT ts, forecast FROM tok_forecast('requests', 'day', 1, NULL, NULL, '2026-02-11T00:00:00Z');
SELECT ts, round(forecast) < 24 FROM tok_forecast('requests', 'day', 1, NULL, NULL, '2026-03-20T00:00:00Z');
.print T4 the window
SELECT n FROM tok_forecast('requests', 'hour', 1);
UPDATE llm_setting SET value = 7 WHERE name = 'forecast_window_days';
SELECT n FROM tok_forecast('requests', 'hour', 1);
UPDATE llm_setting SET value = 30 WHERE name = 'forecast_window_days';
.print T6 what to trust
SELECT DISTINCT method, n, filled, repaired, round(wape, 6), round(mase, 6), round(coverage, 3), status, round(total, 6), round(total_lower, 6), round(total_upper, 6)
FROM tok_forecast('cost', 'day', 3);
SELECT * FROM tok_forecast('costs', 'day', 7);
SELECT * FROM tok_forecast('cost', 'fortnight', 7);
SELECT * FROM tok_forecast('cost', 'day', 'x');
SELECT * FROM tok_forecast('cost', 'day', 0);
SELECT * FROM tok_forecast('cost', 'day', 2001);
SELECT * FROM tok_forecast('cost', 'day', 7, '{"colour":"red"}');
SELECT * FROM tok_forecast('cost', 'day', 7, '{"tenant_id":[]}');
SELECT * FROM tok_forecast('cost', 'day', 7, 'acme');
SELECT * FROM tok_forecast('cost', 'day', 7, NULL, 1.5);
SELECT * FROM tok_forecast('cost', 'day', 7, NULL, NULL, 'soon');
SELECT * FROM tok_forecast('cost', 'day', 7, '{"zone":"Mars/Olympus"}');
SELECT * FROM tok_forecast('cost', 'day');
SELECT count(*) FROM tok_forecast(NULL, 'day', 7);
.print B1 the backtest agrees with what is said of it
SELECT round(sum(abs(error)) / sum(actual), 9) = round(wape, 9), round(avg(actual BETWEEN lower - 1e-9 AND upper + 1e-9), 9) = round(coverage, 9), count(DISTINCT origin), max(step)
FROM tok_backtest('cost', 'hour', 24);
SELECT origin, ts, step, round(actual, 6), round(forecast, 6), round(error, 6) FROM tok_backtest('cost', 'day', 2) LIMIT 3;
.print P1 projections
SELECT tok_project('cost', 'month', '{"budget":9.0}', '2026-02-15T12:00:00Z');
SELECT tok_project('cost', 'day', NULL, '2026-02-15T12:00:00Z');
SELECT json_extract(tok_project('requests', 'week', '{"zone":"+02:00","tenant_id":"acme","level":0.5}', '2026-02-11T00:00:00Z'), '$.start', '$.so_far', '$.level');
SELECT json_extract(tok_project('requests', 'every 5h', NULL, '2026-02-15T12:30:00Z'), '$.end', '$.so_far', '$.projected');
.print P2 at the end of the period all is certain; so_far never exceeds the projection
SELECT round(json_extract(j, '$.projected') - json_extract(j, '$.so_far'), 3) FROM (SELECT tok_project('requests', 'month', NULL, '2026-01-31T23:59:59Z') AS j);
.print P3 budgets
SELECT json_extract(tok_project('cost', 'month', '{"budget":0.5}', '2026-02-15T12:00:00Z'), '$.p_over', '$.exhausted.early', '$.exhausted.late');
SELECT json_extract(tok_project('cost', 'month', '{"budget":100}', '2026-02-15T12:00:00Z'), '$.p_over', '$.exhausted.median');
SELECT tok_project('cost', 'lifetime');
SELECT tok_project('cost', 'fortnight');
SELECT tok_project('costs', 'month');
SELECT tok_project('cost', 'month', '{"budget":-1}');
SELECT tok_project('cost', 'month', '{"budget":"1"}');
SELECT tok_project('cost', 'month', NULL, 'soon');
SELECT tok_project(NULL, 'month'), tok_project('cost', NULL);
SELECT json_extract(tok_project('cost', 'month', '{"user_id":"nobody"}', '2026-02-15'), '$.so_far', '$.projected', '$.status', '$.backtest');
.print L1 a straight line goes on, however short: ten days, a year of months, numbers; gaps are on it
CREATE TEMP TABLE line AS WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 35) SELECT i, 100.0 + 10 * i AS value FROM n;
SELECT count(*), json_extract(tok_forecast(date('2026-01-01', i || ' days'), value, 3), '$.points[0].forecast', '$.points[2].forecast', '$.repaired') FROM line WHERE i < 10;
SELECT json_extract(tok_forecast(date('2026-01-01', i || ' days'), value, 14), '$.points[13].forecast') FROM line WHERE i < 30 AND i NOT IN (7, 20);
SELECT json_extract(tok_forecast(date('2023-01-01', i || ' months'), value, 2), '$.points[1].ts', '$.points[1].forecast') FROM line;
SELECT json_extract(tok_forecast(i, value, 1), '$.points[0].ts', '$.points[0].forecast', '$.method') FROM line WHERE i < 5;
.print L2 but no line is seen in noise, nor in a morning of hours
SELECT json_extract(tok_forecast(date('2026-01-01', i || ' days'), 100 + i * 7 % 11, 1), '$.method.line') IS NULL FROM line WHERE i < 13;
SELECT json_extract(tok_forecast(datetime('2026-01-01', i || ' hours'), value + i % 2 * 9, 1), '$.method.line') IS NULL FROM line WHERE i < 12;
.print L3 ends of months stay ends of months; a day that a month does not have is its last one
SELECT json_extract(tok_forecast(date('2025-01-01', (i + 1) || ' months', '-1 day'), value, 3), '$.points[0].ts', '$.points[1].ts', '$.points[2].ts') FROM line;
SELECT json_extract(tok_forecast(date('2025-02-01', (i + 1) || ' months', '-1 day'), value, 1), '$.points[0].ts') FROM line WHERE i < 12;
SELECT json_extract(tok_forecast(iif(i % 12 = 1, date('2025-02-28', i / 12 || ' years'), date('2025-01-30', i || ' months')), value, 2), '$.points[1].ts') FROM line WHERE i < 12;
.print L4 a date is a day of whatever zone
SELECT json_extract(tok_forecast(date('2026-01-01', i || ' days'), value, 1, '{"zone":"America/New_York"}'), '$.points[0].ts') FROM line;
SELECT json_extract(tok_forecast(date('2026-01-01', i || ' days'), value, 1, '{"zone":"Asia/Tokyo"}'), '$.points[0].ts') FROM line;
.print L5 what is said to be positive has no negative forecast, also where the history is short and negative
SELECT json_extract(tok_forecast(i, -5 - i % 3, 2, '{"positive":true}'), '$.points[1].forecast', '$.points[1].upper', '$.total') FROM line WHERE i < 7;
