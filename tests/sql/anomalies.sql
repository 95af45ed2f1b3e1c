-- tok_anomalies: numbers are those of ext/forecast/anomaly_sql.c. Five weeks of three tenants with
-- a daily and a weekly rhythm, from Monday 2026-03-02; into them go a burst of one tenant, an
-- outage and a day of another model.
.nullvalue NULL
.mode list
SELECT tok_init() > 0;
CREATE TEMP TABLE t(i INTEGER PRIMARY KEY, tenant TEXT, model TEXT, hour INTEGER, n INTEGER);
WITH RECURSIVE h(hour) AS (SELECT 0 UNION ALL SELECT hour + 1 FROM h WHERE hour < 35 * 24 - 1)
INSERT INTO t(tenant, model, hour, n)
SELECT k.column1, k.column2, hour,
  (40 - abs(14 - hour % 24)) * CASE WHEN hour / 24 % 7 >= 5 THEN 1 ELSE 3 END * k.column3 + hour * k.column3 * 7919 % 13
FROM h, (VALUES ('acme', 'gpt-4o', 3), ('globex', 'gpt-4o', 2), ('initech', 'gpt-4o-mini', 4)) AS k;
UPDATE t SET n = n * 6 WHERE tenant = 'globex' AND hour BETWEEN 500 AND 502;   -- Sunday 22 March, 20:00
DELETE FROM t WHERE hour BETWEEN 610 AND 613;                                  -- Friday 27 March, 10:00
UPDATE t SET n = n * 4 WHERE model = 'gpt-4o-mini' AND hour / 24 = 29;         -- Tuesday 31 March
INSERT INTO llm_usage(timestamp, provider, model, tenant_id, task_type, input_tokens, output_tokens)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 1772409600 + hour * 3600 + 600, 'unixepoch'), 'openai', model, tenant, 'chat',
  n * 50, n * 10 FROM t;

.print A2 to A7: events
.mode box
SELECT start, "end", round(actual) AS actual, round(expected) AS expected, round(lower) AS lower, round(upper) AS upper,
  round(score, 1) AS score, round(impact_pct) AS pct, direction, cause
FROM tok_anomalies('total', 'hour', NULL, NULL, NULL, NULL, '2026-04-06');
SELECT start, "end", round(impact, 4) AS impact, direction, cause
FROM tok_anomalies('cost', 'day', NULL, NULL, 0.5, NULL, '2026-04-06');
.mode list
.headers off
.print A1 filters and zones
SELECT start, cause FROM tok_anomalies('total', 'hour', '{"tenant_id":"globex","zone":"America/New_York"}', NULL, NULL, NULL, '2026-04-06');
SELECT count(*) FROM tok_anomalies('requests', 'hour', '{"tenant_id":"nobody"}', NULL, NULL, NULL, '2026-04-06');
.print A4 to A6 threshold, impact, spike
SELECT count(*) FROM tok_anomalies('total', 'hour', NULL, 1000, NULL, NULL, '2026-04-06');
SELECT count(*) FROM tok_anomalies('total', 'hour', NULL, 1000, NULL, 2, '2026-04-06') WHERE direction = 'up';
SELECT count(*) FROM tok_anomalies('total', 'hour', NULL, NULL, 1e12, NULL, '2026-04-06');
.print A8 the bucket that is not over, and the outage that lasts
SELECT start, "end", direction FROM tok_anomalies('total', 'hour', NULL, NULL, NULL, NULL, '2026-03-27T12:30:00Z') WHERE start >= '2026-03-27';
.print A8 no prices, no anomaly of cost
UPDATE llm_usage SET cost_nano = NULL WHERE unix_time >= 1772409600 + 30 * 86400;
SELECT count(*) FROM tok_anomalies('cost', 'day', NULL, NULL, NULL, NULL, '2026-04-06') WHERE start > '2026-03-31';
.print A9 short history
SELECT count(*) FROM tok_anomalies('total', 'hour', NULL, NULL, NULL, NULL, '2026-03-11');
SELECT count(*) FROM tok_anomalies('total', 'day', NULL, NULL, NULL, NULL, '2026-03-10');
SELECT count(*) FROM tok_anomalies('total', 'year', NULL, NULL, NULL, NULL, '2026-04-06');
.print A10 NULL, and what is refused
SELECT count(*) FROM tok_anomalies(NULL, 'hour');
SELECT count(*) FROM tok_anomalies('total', NULL);
SELECT * FROM tok_anomalies('total');
SELECT * FROM tok_anomalies('tokens', 'hour');
SELECT * FROM tok_anomalies('total', 'minute');
SELECT * FROM tok_anomalies('total', 'hour', '[]');
SELECT * FROM tok_anomalies('total', 'hour', '{"tenant":"acme"}');
SELECT * FROM tok_anomalies('total', 'hour', NULL, 0);
SELECT * FROM tok_anomalies('total', 'hour', NULL, 'high');
SELECT * FROM tok_anomalies('total', 'hour', NULL, 4, -1);
SELECT * FROM tok_anomalies('total', 'hour', NULL, 4, 0, 1);
SELECT * FROM tok_anomalies('total', 'hour', NULL, 4, 0, 2, 'today');
SELECT * FROM tok_anomalies('total', 'hour', '{"zone":"Moon/Sea"}');
.print a ledger without rows, and none
DELETE FROM llm_usage;
SELECT count(*) FROM tok_anomalies('total', 'hour');
DROP TABLE llm_usage;
SELECT * FROM tok_anomalies('total', 'hour');
