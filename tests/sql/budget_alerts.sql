-- Alerts: one event a rule, key, period and step, in the transaction that crossed the line.
SELECT tok_init() > 4;
SELECT tok_quota_set('day', '{"metric":"input","limit":1000,"period":"day","action":"warn","thresholds":[0.5,0.8,1]}', '2026-01-01');
CREATE TEMP VIEW events AS SELECT a.basis, a.value, e.key, date(e.start, 'unixepoch') AS day, e.step, e.state, e.level_units, e.used_units, e.late
  FROM llm_alert_event AS e JOIN llm_alert AS a ON a.id = e.alert_id ORDER BY e.id;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) SELECT unixepoch('2026-01-01') + i, 'gpt-4o', 10, 0 FROM n;
SELECT * FROM events;
SELECT '-- a transaction that is rolled back tells nothing';
BEGIN; INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-01-02', 5000); SELECT count(*) FROM events; ROLLBACK; SELECT count(*) FROM events;
SELECT '-- remaining, used, steps, resolved, cool-down, late';
DELETE FROM llm_alert; DELETE FROM llm_alert_event;
INSERT INTO llm_alert(quota_id, basis, value) VALUES (1, 'remaining', 100);
INSERT INTO llm_alert(quota_id, basis, value, resolve) VALUES (1, 'used', 300, 1);
INSERT INTO llm_alert(quota_id, basis, value, step) VALUES (1, 'percent', 1, 0.5);
INSERT INTO llm_alert(quota_id, basis, value, cooldown_s) VALUES (1, 'used', 10, 172800);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-01', 300);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-01', 600);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-01', 700);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-01', 1000);
DELETE FROM llm_usage WHERE timestamp = '2026-02-01' AND input_tokens > 300;
DELETE FROM llm_usage WHERE timestamp = '2026-02-01';
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-02', 20);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-04', 20);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-02-03', 950);
SELECT * FROM events;
SELECT '-- an hourly rate, and a spike of twice the normal hour';
DELETE FROM llm_alert; DELETE FROM llm_alert_event;
INSERT INTO llm_alert(quota_id, basis, value) VALUES (1, 'rate', 500), (1, 'spike', 2);
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 47)
INSERT INTO llm_usage(timestamp, input_tokens) SELECT unixepoch('2026-03-01') + 3600 * i, 100 FROM n;
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-03-03T00:10:00Z', 199);
SELECT count(*) FROM events;
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-03-03T00:20:00Z', 1);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-03-03T00:30:00Z', 300);
INSERT INTO llm_usage(timestamp, input_tokens) VALUES ('2026-03-03T00:40:00Z', 300);
SELECT * FROM events;
SELECT count(*) FROM llm_quota_audit;
SELECT '-- the outbox';
SELECT count(*) FROM llm_alert_event WHERE delivered_at IS NULL;
UPDATE llm_alert_event SET delivered_at = '2026-03-04T00:00:00Z' WHERE delivered_at IS NULL;
SELECT count(*) FROM llm_alert_event WHERE delivered_at IS NULL;
