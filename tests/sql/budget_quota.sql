-- tok_quota_set, check, explain, reserve, settle, release, sweep, status; all at a given time.
SELECT tok_init() > 4;
SELECT tok_quota_check('{"tenant_id":"acme"}', '{"input":1,"output":1}', '2026-01-31T12:00:00Z');  -- no quota: allow
SELECT tok_quota_set('acme day', '{"tenant_id":"acme","metric":"total","limit":1000,"soft_limit":500,"period":"day"}', '2026-01-31T12:00:00Z');
SELECT tok_quota_set('all month', '{"metric":"cost_usd","limit":0.05,"period":"month","zone":"America/New_York","action":"warn"}', '2026-01-31T12:00:00Z');
SELECT tok_quota_set('each user', '{"metric":"requests","limit":2,"period":"rolling 1h","split_by":"user_id","action":"throttle"}', '2026-01-31T12:00:00Z');

SELECT '-- check';
SELECT tok_quota_check('{"tenant_id":"acme","model":"gpt-4o"}', '{"input":300,"output":200}', '2026-01-31T12:00:00Z');
SELECT tok_quota_check('{"tenant_id":"acme","model":"gpt-4o"}', '{"input":301,"output":200}', '2026-01-31T12:00:00Z');
SELECT tok_quota_check('{"tenant_id":"acme","model":"gpt-4o"}', '{"input":801,"output":200}', '2026-01-31T12:00:00Z');
SELECT tok_quota_check('{"tenant_id":"bob","model":"gpt-4o"}', '{"input":100000,"output":0}', '2026-01-31T12:00:00Z');
SELECT tok_quota_check('{"user_id":"ann"}', '{"requests":3}', '2026-01-31T12:00:00Z');
SELECT tok_quota_check(NULL) IS NULL;

SELECT '-- reserve, settle, release';
SELECT tok_quota_reserve('r1', '{"tenant_id":"acme","model":"gpt-4o","provider":"openai","user_id":"ann"}', '{"input":300,"output":500}', 60, '2026-01-31T12:00:00Z');
SELECT tok_quota_reserve('r1', '{"tenant_id":"acme"}', '{"input":1,"output":1}', 60, '2026-01-31T12:00:01Z');
SELECT tok_quota_reserve('r2', '{"tenant_id":"acme","model":"gpt-4o","user_id":"ann"}', '{"input":300,"output":500}', 60, '2026-01-31T12:00:02Z');
SELECT tok_quota_settle('r1', '{"input_tokens":290,"output_tokens":150,"response_time_ms":900}', '2026-01-31T12:00:03Z');
SELECT tok_quota_settle('r1', '{"input_tokens":290,"output_tokens":150}', '2026-01-31T12:00:04Z');
SELECT tok_quota_reserve('r3', '{"tenant_id":"acme","model":"gpt-4o","user_id":"ann"}', '{"input":10,"output":10}', 60, '2026-01-31T12:00:05Z');
SELECT tok_quota_release('r3'), tok_quota_release('r3'), tok_quota_release('never') IS NULL;
SELECT tok_quota_reserve('r4', '{"tenant_id":"acme","model":"gpt-4o","user_id":"ann"}', '{"input":10,"output":10}', 60, '2026-01-31T12:00:06Z');
SELECT tok_quota_release('r4', '{"input":10}', '2026-01-31T12:00:07Z');
SELECT id, timestamp, request_id, status, input_tokens, output_tokens, cost_nano, response_time_ms FROM llm_usage;

SELECT '-- a hold that expires is free again, and its late settlement is charged in full';
SELECT tok_quota_reserve('r5', '{"tenant_id":"acme","model":"gpt-4o"}', '{"input":50,"output":400}', 60, '2026-01-31T12:01:00Z') ->> '$.ok';
SELECT tok_quota_reserve('r6', '{"tenant_id":"acme","model":"gpt-4o"}', '{"input":50,"output":400}', 60, '2026-01-31T12:01:30Z');
SELECT tok_quota_sweep('2026-01-31T12:02:00Z');
SELECT tok_quota_settle('r5', '{"input_tokens":50,"output_tokens":2000}', '2026-01-31T12:03:00Z');
SELECT quota, key, metric, "limit", used, held, remaining, round(pct, 3), decision, start, "end", guarantee FROM tok_quota_status('', '2026-01-31T12:03:00Z');
SELECT value ->> '$.quota', value ->> '$.decision', value ->> '$.remaining', value ->> '$.resets_at', value ->> '$.retry_after_s'
FROM json_each(tok_quota_explain('{"tenant_id":"acme","user_id":"ann"}', '{"requests":1,"total":10}', '2026-01-31T12:03:00Z'));

SELECT '-- fails safe';
SELECT tok_quota_reserve('s1', '{"tenant_id":"acme"}', '{"requests":1}', 60, '2026-02-01T12:00:00Z');
SELECT tok_quota_set('hard cost', '{"metric":"cost_usd","limit":1,"period":"day"}', '2026-02-01T12:00:00Z') > 0;
SELECT tok_quota_reserve('s2', '{"model":"no-such-model"}', '{"input":1,"output":1}', 60, '2026-02-01T12:00:00Z') ->> '$.reason';
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES ('2026-02-01T12:00:00Z', 'x', 'no-such-model', 1, 1);
SELECT tok_quota_set('hard cost', '{"unpriced":"estimate","unpriced_usd_per_1m":10}') > 0;
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES ('2026-02-01T12:00:00Z', 'x', 'no-such-model', 1, 1);
SELECT used, llm_counter.unpriced FROM llm_counter JOIN llm_quota ON llm_quota.id = quota_id WHERE name = 'hard cost' AND requests = 1;

SELECT '-- plain SQL: the guard, and a hold settled by its request_id';
INSERT INTO llm_usage(timestamp, tenant_id, provider, model, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-01T12:00:00Z', 'acme', 'openai', 'gpt-4o', 900, 101, 0.01);
INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, model, input_tokens, output_tokens, cost_nano)
VALUES ('p1', unixepoch('2026-02-01T12:00:00Z'), unixepoch('2026-02-01T12:10:00Z'), 'acme', 'gpt-4o', 500, 500, 1000);
INSERT INTO llm_usage(timestamp, tenant_id, provider, model, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-01T12:00:00Z', 'acme', 'openai', 'gpt-4o', 1, 0, 0.01);
INSERT INTO llm_usage(timestamp, request_id, tenant_id, provider, model, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-01T12:00:01Z', 'p1', 'acme', 'openai', 'gpt-4o', 500, 600, 0.01);
SELECT state, usage_id IS NOT NULL FROM llm_hold WHERE ref = 'p1';
SELECT used, held FROM llm_counter JOIN llm_quota ON llm_quota.id = quota_id WHERE name = 'acme day' AND start = unixepoch('2026-02-01');

SELECT '-- grants and overrides';
SELECT tok_quota_grant('acme day', '', 200, '2026-03-01', 'launch', 0);
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-02T12:00:00Z', 'acme', 1150, 0, 0);
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-03T12:00:00Z', 'acme', 1051, 0, 0);
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-03T12:00:00Z', 'acme', 1050, 0, 0);
SELECT units, used FROM llm_grant;
DELETE FROM llm_usage WHERE input_tokens = 1150;
SELECT units, used FROM llm_grant;
SELECT tok_quota_override('acme day', '', 5, '2026-02-05', 'slow down');
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-04T12:00:00Z', 'acme', 500, 0, 0);
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES ('2026-02-05T12:00:00Z', 'acme', 500, 0, 0);

SELECT '-- rollover, with a cap';
SELECT tok_quota_set('roll', '{"task_type":"roll","metric":"input","limit":100,"rollover":30,"period":"day","since":0}') > 0;
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-05-01T12:00:00Z', 'roll', 90, 0), ('2026-05-02T12:00:00Z', 'roll', 110, 0);
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-05-02T12:00:00Z', 'roll', 1, 0);
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-05-04T12:00:00Z', 'roll', 131, 0);
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-05-04T12:00:00Z', 'roll', 130, 0);

SELECT '-- INSERT OR REPLACE, and what the audit says';
INSERT OR REPLACE INTO llm_usage(id, timestamp, tenant_id, input_tokens, output_tokens, cost_usd) VALUES (1, '2026-01-31T12:00:00Z', 'zed', 1, 1, 0);
SELECT count(*) FROM llm_quota_audit;
UPDATE llm_counter SET used = used + 1 WHERE quota_id = 1;
SELECT count(*) > 0 FROM llm_quota_audit;
UPDATE llm_quota SET active = active;
SELECT count(*) FROM llm_quota_audit;

SELECT '-- how to call what writes';
SELECT tok_quota_reserve('w1', '{"tenant_id":"x"}', '{"total":1,"cost_usd":0}') FROM llm_meta;
CREATE TABLE t(a);
INSERT INTO t SELECT tok_quota_reserve('w2', '{"tenant_id":"x"}', '{"total":1,"cost_usd":0}');
CREATE VIEW v AS SELECT tok_quota_reserve('w3', '{"tenant_id":"x"}', '{"total":1}');
SELECT * FROM v;
BEGIN IMMEDIATE;
SELECT tok_quota_reserve('w4', '{"tenant_id":"x"}', '{"input":1,"output":1,"cost_usd":0}', 60, '2026-02-01') ->> '$.ok';
ROLLBACK;
SELECT count(*) FROM llm_hold WHERE ref GLOB 'w?';

SELECT '-- wrong use';
SELECT tok_quota_check('[]');
SELECT tok_quota_check('{"tenant":"acme"}');
SELECT tok_quota_check('{}', '{"tokens":1}');
SELECT tok_quota_check('{}', '{"input":-1}');
SELECT tok_quota_check('{}', '{"input":1.5}');
SELECT tok_quota_check('{}', '{}', 'soon');
SELECT tok_quota_reserve('', '{}', '{}');
SELECT tok_quota_reserve('x', '{}', '{}', 0);
SELECT tok_quota_settle('never', '{"input_tokens":1,"output_tokens":1}');
SELECT tok_quota_set('x', '{"metric":"total"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":-1}');
SELECT tok_quota_set('x', '{"metric":"words","limit":1}');
SELECT tok_quota_set('x', '{"metric":"total","limit":1,"split_by":"colour"}');
SELECT tok_quota_grant('never', '', 1);
SELECT count(*) FROM llm_quota WHERE name = 'x';
SELECT '-- a rolling window whose buckets do not divide it: when to come back and when all is over, to the second';
UPDATE llm_quota SET active = 0;
SELECT tok_quota_set('odd', '{"task_type":"odd","metric":"input","limit":1000,"period":"rolling 2h/7","since":0}', '2026-06-01') > 0;
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-06-01T00:10:00Z', 'odd', 900, 0);
CREATE TEMP TABLE odd AS SELECT unixepoch('2026-06-01T00:30:00Z') + (e ->> '$.retry_after_s') AS free, unixepoch(e ->> '$.resets_at') AS resets FROM (
  SELECT tok_quota_explain('{"task_type":"odd"}', '{"input":200}', '2026-06-01T00:30:00Z') -> '$[0]' AS e);
SELECT datetime(free, 'unixepoch'), tok_quota_check('{"task_type":"odd"}', '{"input":200}', free - 1), tok_quota_check('{"task_type":"odd"}', '{"input":200}', free) FROM odd;
INSERT INTO llm_usage(timestamp, task_type, input_tokens, cost_usd) VALUES ('2026-06-01T00:30:00Z', 'odd', 100, 0);
SELECT datetime(resets, 'unixepoch'), (SELECT used FROM tok_quota_status('odd', resets - 1)), (SELECT used FROM tok_quota_status('odd', resets)) FROM odd;
