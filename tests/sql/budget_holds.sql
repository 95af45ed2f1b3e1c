-- How much a hold parks (hold_size), and what each size guarantees.
SELECT tok_init() > 4;
CREATE TEMP VIEW held AS SELECT q.name, sum(c.used), sum(c.held) FROM llm_counter AS c JOIN llm_quota AS q ON q.id = c.quota_id GROUP BY q.id;
-- 100 answers of 1 to 100 tokens to one question, before the quotas count
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO llm_usage(timestamp, provider, model, task_type, input_tokens, output_tokens) SELECT '2026-01-01', 'openai', 'gpt-4o', 'sum', 10, i FROM n;
SELECT tok_quota_set('max', '{"metric":"total","limit":1000,"period":"day","hold_size":"max"}', '2026-02-01') > 0;
SELECT tok_quota_set('p99', '{"metric":"total","limit":1000,"period":"day","hold_size":"p99"}', '2026-02-01') > 0;
SELECT tok_quota_set('p95', '{"metric":"output","limit":1000,"period":"day","hold_size":"p95"}', '2026-02-01') > 0;
SELECT tok_quota_set('fixed', '{"metric":"total","limit":1000,"period":"day","hold_size":"fixed:50"}', '2026-02-01') > 0;
SELECT tok_quota_set('none', '{"metric":"total","limit":1000,"period":"day","hold_size":"none"}', '2026-02-01') > 0;
SELECT tok_quota_set('usd p99', '{"metric":"cost_usd","limit":1,"period":"day","hold_size":"p99"}', '2026-02-01') > 0;
SELECT tok_quota_set('requests', '{"metric":"requests","limit":10,"period":"day","hold_size":"p99"}', '2026-02-01') > 0;
SELECT quota, guarantee FROM tok_quota_status('', '2026-02-01');
SELECT '-- 20 in, at most 500 out; usually 99 (p99) or 95 (p95)';
SELECT tok_quota_reserve('a', '{"provider":"openai","model":"gpt-4o","task_type":"sum"}', '{"input":20,"output":500}', 600, '2026-02-01') ->> 'ok';
SELECT * FROM held;
SELECT '-- never more than the most it may need';
SELECT tok_quota_release('a');
SELECT tok_quota_reserve('b', '{"provider":"openai","model":"gpt-4o","task_type":"sum"}', '{"input":20,"output":7}', 600, '2026-02-01') ->> 'ok';
SELECT * FROM held;
SELECT '-- nothing known of this task: the most';
SELECT tok_quota_release('b');
SELECT tok_quota_reserve('c', '{"provider":"openai","model":"gpt-4o","task_type":"new"}', '{"input":20,"output":500}', 600, '2026-02-01') ->> 'ok';
SELECT * FROM held;
SELECT '-- what exceeds a usual size is charged in full, and then that quota is beyond its limit; max is not';
SELECT tok_quota_release('c');
UPDATE llm_quota SET limit_units = 600 WHERE name IN ('max', 'p99', 'fixed', 'none');
SELECT tok_quota_reserve('d' || value, '{"provider":"openai","model":"gpt-4o","task_type":"sum"}', '{"input":20,"output":500}', 600, '2026-02-01') ->> 'quota' FROM (SELECT 1 AS value);
SELECT tok_quota_reserve('e', '{"provider":"openai","model":"gpt-4o","task_type":"sum"}', '{"input":20,"output":500}', 600, '2026-02-01') ->> 'quota';
UPDATE llm_quota SET limit_units = 100000 WHERE name = 'max';
SELECT tok_quota_reserve('f', '{"provider":"openai","model":"gpt-4o","task_type":"sum"}', '{"input":20,"output":500}', 600, '2026-02-01') ->> 'ok';
SELECT tok_quota_settle('d1', '{"input_tokens":20,"output_tokens":500}', '2026-02-01') > 0, tok_quota_settle('f', '{"input_tokens":20,"output_tokens":500}', '2026-02-01') > 0;
SELECT * FROM held;
SELECT quota, "limit", used, held, decision FROM tok_quota_status('', '2026-02-01') WHERE quota IN ('max', 'p99', 'fixed', 'none');
SELECT '-- wrong sizes';
SELECT tok_quota_set('x', '{"metric":"total","limit":1,"hold_size":"p50"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":1,"hold_size":"fixed:"}');
SELECT tok_quota_set('x', '{"metric":"total","limit":1,"hold_size":"fixed:-1"}');
SELECT * FROM llm_quota_audit;
SELECT '-- a check leaves out what has expired, as a reservation does, which sweeps it first';
SELECT tok_quota_set('expiry', '{"tenant_id":"exp","metric":"requests","limit":2,"period":"lifetime","split_by":"user_id"}', '2026-03-01') > 0;
SELECT tok_quota_reserve('x1', '{"tenant_id":"exp","user_id":"u"}', '{"requests":1,"input":0,"output":0,"cost_nano":0}', 60, '2026-03-01') ->> 'ok';
SELECT tok_quota_reserve('x2', '{"tenant_id":"exp","user_id":"u"}', '{"requests":1,"input":0,"output":0,"cost_nano":0}', 90, '2026-03-01') ->> 'ok';
SELECT tok_quota_check('{"tenant_id":"exp","user_id":"u"}', '{"requests":1}', '2026-03-01T00:00:59Z'), tok_quota_check('{"tenant_id":"exp","user_id":"u"}', '{"requests":1}', '2026-03-01T00:01:00Z'),
  tok_quota_check('{"tenant_id":"exp","user_id":"u"}', '{"requests":2}', '2026-03-01T00:01:00Z'), tok_quota_check('{"tenant_id":"exp","user_id":"u"}', '{"requests":2}', '2026-03-01T00:01:30Z');
SELECT value ->> 'held', value ->> 'remaining', value ->> 'retry_after_s' FROM json_each(tok_quota_explain('{"tenant_id":"exp","user_id":"u"}', '{"requests":2}', '2026-03-01T00:01:00Z')) WHERE value ->> 'quota' = 'expiry';
SELECT count(*) FROM llm_hold WHERE state = 'held';
SELECT * FROM llm_quota_audit;
