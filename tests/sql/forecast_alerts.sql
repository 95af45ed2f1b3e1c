-- Forecasts and budgets: tok_project finds the quota, tok_forecast_alerts records what will go
-- over; roll-ups and rows agree.
.nullvalue NULL
SELECT tok_init() > 0;
WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 24 * 45 - 1)
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, input_tokens, output_tokens, cost_nano)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 1767225600 + 3600 * i + 600, 'unixepoch'), 'openai', iif(i % 2, 'gpt-4o', 'o3'), 'chat',
  iif(i % 3, 'beta', 'acme'), 1000 + 100 * (i % 24) + i * 7919 % 300, 300 + i * 31 % 50, 1000000 * (1 + i % 24) + i * 7919 % 9973 * 400 FROM t;

.print P3 the limit of the quota with the same scope, metric and period
INSERT INTO llm_quota(name, metric, limit_units, period, action) VALUES
  ('all', 'cost', 9000000000, 'month', 'warn'), ('all-loose', 'cost', 90000000000, 'month', 'warn'), ('tokens', 'total', 1000000000, 'month', 'warn');
INSERT INTO llm_quota(name, tenant_id, metric, limit_units, period, action) VALUES ('acme', 'acme', 'requests', 200, 'month', 'warn');
INSERT INTO llm_quota(name, metric, limit_units, period, split_by, action) VALUES ('each', 'requests', 300, 'month', 'tenant_id', 'warn');
SELECT json_extract(tok_project('cost', 'month', NULL, '2026-02-15'), '$.quota', '$.budget');
SELECT json_extract(tok_project('cost', 'month', '{"budget":5}', '2026-02-15'), '$.quota', '$.budget');
SELECT json_extract(tok_project('cost', 'day', NULL, '2026-02-15'), '$.quota', '$.budget');
SELECT json_extract(tok_project('requests', 'month', '{"tenant_id":"acme"}', '2026-02-15'), '$.quota', '$.budget') , json_extract(tok_project('requests', 'month', '{"tenant_id":"acme"}', '2026-02-15'), '$.projected') > 200;
SELECT json_extract(j, '$.p_over') > 0.9, json_extract(j, '$.exhausted.median') BETWEEN '2026-02-24' AND '2026-02-27',
  json_extract(j, '$.exhausted.early') <= json_extract(j, '$.exhausted.median')
FROM (SELECT tok_project('requests', 'month', '{"tenant_id":"acme"}', '2026-02-15') AS j);

.print A1 one event a rule, key and period; none where the projection stays below
INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'forecast', 1 FROM llm_quota WHERE name IN ('acme', 'each', 'tokens');
INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'forecast', 0.5 FROM llm_quota WHERE name = 'acme';
SELECT tok_forecast_alerts('2026-02-15T00:00:00Z');
SELECT name, key, value, date(start, 'unixepoch') AS period, state, level_units, used_units > level_units AS above, e.limit_units, datetime(at, 'unixepoch') AS at
FROM llm_alert_event AS e JOIN llm_alert AS a ON a.id = e.alert_id JOIN llm_quota AS q ON q.id = e.quota_id ORDER BY 1, 2, 3;
SELECT tok_forecast_alerts('2026-02-15T00:00:00Z'), tok_forecast_alerts('2026-02-15T01:00:00Z');
UPDATE llm_alert SET active = 0;
DELETE FROM llm_alert_event;
SELECT tok_forecast_alerts('2026-02-15T00:00:00Z');
SELECT tok_forecast_alerts('soon');
SELECT tok_forecast_alerts(1, 2);

.print roll-ups and rows say the same: no row has a user_id, so the filter takes all
SELECT (SELECT group_concat(forecast) FROM tok_forecast('cost', 'hour', 24, NULL, NULL, '2026-02-14T10:30:00Z')) =
  (SELECT group_concat(forecast) FROM tok_forecast('cost', 'hour', 24, '{"user_id":null}', NULL, '2026-02-14T10:30:00Z'));
SELECT (SELECT group_concat(forecast) FROM tok_forecast('total', 'day', 9, '{"model":"o3","zone":"-03:00"}')) =
  (SELECT group_concat(forecast) FROM tok_forecast('total', 'day', 9, '{"model":"o3","user_id":null,"zone":"-03:00"}'));
SELECT (SELECT group_concat(forecast) FROM tok_forecast('total', 'day', 9, '{"tenant_id":"acme"}')) =
  (SELECT group_concat(forecast) FROM tok_forecast('total', 'day', 9, '{"tenant_id":"acme","session_id":null}'));
SELECT abs(json_extract(tok_project('cost', 'day', NULL, '2026-02-14T10:30:00Z'), '$.projected') /
  json_extract(tok_project('cost', 'day', '{"user_id":null}', '2026-02-14T10:30:00Z'), '$.projected') - 1) < 0.02;
SELECT '-- the limit is what holds now: with overrides, grants and what was carried over';
DELETE FROM llm_quota; DELETE FROM llm_usage; DELETE FROM llm_alert_event;
SELECT tok_quota_set('m', '{"metric":"total","limit":2000,"period":"month","since":0,"split_by":"user_id","action":"warn","thresholds":[]}', '2026-01-01') > 0,
  tok_quota_set('all', '{"metric":"total","limit":50000,"period":"month","since":0,"action":"warn","thresholds":[],"rollover":7000}', '2026-01-01') > 0;
INSERT INTO llm_alert(quota_id, basis, value) SELECT id, 'forecast', 1 FROM llm_quota WHERE name = 'm';
INSERT INTO llm_usage(timestamp, user_id, input_tokens, output_tokens) SELECT datetime('2026-01-01T12:00:00Z', d.value || ' days'), u.value, 100, 0
FROM json_each('[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40]') AS d JOIN json_each('["ann","ben","eve"]') AS u;
SELECT tok_quota_override('m', 'ann', 9000), tok_quota_grant('m', 'ben', 5000) > 0;
SELECT tok_forecast_alerts('2026-02-11');
SELECT key, limit_units FROM llm_alert_event;
SELECT tok_quota_override('m', 'ann', 500), tok_forecast_alerts('2026-02-11');
SELECT key, limit_units FROM llm_alert_event;
SELECT json_extract(tok_project('total', 'month', NULL, '2026-02-11'), '$.quota', '$.budget'), (SELECT "limit" FROM tok_quota_status('all', '2026-02-11'));
