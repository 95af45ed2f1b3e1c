-- Usage without a price under a quota of cost: deny, allow or estimate; asked, reserved, inserted,
-- settled, priced later.
SELECT tok_init() > 4;
SELECT tok_quota_set('deny', '{"tenant_id":"d","metric":"cost_usd","limit":1,"period":"day","unpriced":"deny"}', '2026-02-01') > 0;
SELECT tok_quota_set('allow', '{"tenant_id":"a","metric":"cost_usd","limit":1,"period":"day","unpriced":"allow"}', '2026-02-01') > 0;
SELECT tok_quota_set('estimate', '{"tenant_id":"e","metric":"cost_usd","limit":1,"period":"day","unpriced":"estimate","unpriced_usd_per_1m":1000}', '2026-02-01') > 0;
SELECT tok_quota_set('warn', '{"tenant_id":"w","metric":"cost_usd","limit":1,"period":"day","unpriced":"deny","action":"warn"}', '2026-02-01') > 0;
SELECT quota, guarantee FROM tok_quota_status('', '2026-02-01');
CREATE TEMP VIEW counters AS SELECT q.name, c.used / 1e9 AS usd, c.held / 1e9 AS held, c.requests, c.unpriced FROM llm_counter AS c JOIN llm_quota AS q ON q.id = c.quota_id;
SELECT '-- asked: no-such-model, 500 tokens (0.5 dollars by the estimate), then 1001';
SELECT t.column1, tok_quota_check(json_object('tenant_id', t.column1, 'model', 'no-such-model'), '{"input":400,"output":100}', '2026-02-01'),
  tok_quota_check(json_object('tenant_id', t.column1, 'model', 'no-such-model'), '{"input":1000,"output":1}', '2026-02-01'),
  tok_quota_explain(json_object('tenant_id', t.column1, 'model', 'no-such-model'), '{"input":400,"output":100}', '2026-02-01') -> 0 ->> 'requested',
  tok_quota_explain(json_object('tenant_id', t.column1, 'model', 'no-such-model'), '{"input":400,"output":100}', '2026-02-01') -> 0 ->> 'reason'
FROM (VALUES ('d'), ('a'), ('e'), ('w')) AS t;
SELECT '-- reserved';
SELECT tok_quota_reserve('rd', '{"tenant_id":"d","model":"no-such-model"}', '{"input":400,"output":100}', 600, '2026-02-01') ->> 'reason';
SELECT tok_quota_reserve('ra', '{"tenant_id":"a","model":"no-such-model"}', '{"input":400,"output":100}', 600, '2026-02-01') ->> 'ok';
SELECT tok_quota_reserve('re', '{"tenant_id":"e","model":"no-such-model"}', '{"input":400,"output":100}', 600, '2026-02-01') ->> 'ok';
SELECT tok_quota_reserve('re2', '{"tenant_id":"e","model":"no-such-model"}', '{"input":400,"output":101}', 600, '2026-02-01') ->> 'ok';
SELECT tok_quota_reserve('rw', '{"tenant_id":"w","model":"no-such-model"}', '{"input":400,"output":100}', 600, '2026-02-01') ->> 'decision';
INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens, output_tokens) VALUES ('pd', unixepoch('2026-02-01'), unixepoch('2026-02-02'), 'd', 1, 1);
SELECT * FROM counters;
SELECT '-- settled: by the estimate, until there is a price';
SELECT tok_quota_settle('re', '{"input_tokens":300,"output_tokens":100}', '2026-02-01') > 0, tok_quota_settle('ra', '{"input_tokens":300,"output_tokens":100}', '2026-02-01') > 0,
  tok_quota_settle('rw', '{"input_tokens":300,"output_tokens":100}', '2026-02-01') > 0;
SELECT * FROM counters;
SELECT '-- inserted';
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'd', 'no-such-model', 1, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'a', 'no-such-model', 1000000, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'e', 'no-such-model', 600, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'e', 'no-such-model', 1, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'w', 'no-such-model', 1000000, 0);
SELECT * FROM counters;
SELECT '-- a price comes: it counts instead of the estimate, and is never refused; then the limit holds';
INSERT INTO llm_price(model, meter, usd_per_1m, source) VALUES ('no-such-model', 'input', 3000, 'contract'), ('no-such-model', 'output', 3000, 'contract');
SELECT tok_reprice();
SELECT * FROM counters;
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'd', 'no-such-model', 333, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'd', 'no-such-model', 1, 0);
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-02-01', 'a', 'no-such-model', 1, 0);
SELECT * FROM llm_quota_audit;
SELECT '-- a total alone costs what its dearer side would; what keeps a cost from being known is said';
DELETE FROM llm_quota;
SELECT tok_quota_set('usd', '{"metric":"cost_usd","limit":0.01,"period":"month"}', '2026-03-01') > 0;
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"total":1000}', '2026-03-01'), tok_quota_check('{"model":"gpt-4o"}', '{"total":1001}', '2026-03-01'),
  tok_quota_check('{"model":"text-embedding-3-small"}', '{"total":500000}', '2026-03-01');
SELECT tok_quota_reserve('total', '{"model":"gpt-4o"}', '{"total":900}', 60, '2026-03-01T00:00:00Z') ->> 'ok';
SELECT used, held FROM tok_quota_status('usd', '2026-03-01T00:00:01Z');
SELECT tok_quota_explain('{"model":"gpt-4o"}', '{"input":1}', '2026-03-01') ->> '$[0].reason', tok_quota_explain('{}', '{"total":1}', '2026-03-01') ->> '$[0].reason',
  tok_quota_explain('{"model":"no-such"}', '{"total":1}', '2026-03-01') ->> '$[0].reason';
