-- tok_whatif: the ledger at other prices.
SELECT * FROM tok_whatif(NULL, '{}');  -- no ledger
SELECT tok_init() > 4;
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, service_tier, input_tokens, output_tokens, cache_read_tokens)
VALUES ('2026-01-01T00:00:00Z', 'openai', 'gpt-4o', 'chat', 'acme', NULL, 1000000, 100000, NULL),
  ('2026-01-02T00:00:00Z', 'openai', 'gpt-4o', 'filter', 'acme', NULL, 1000000, 0, 500000),
  ('2026-01-03T00:00:00Z', 'anthropic', 'claude-sonnet-4-5', 'chat', 'beta', NULL, 100000, 10000, NULL),
  ('2026-01-04T00:00:00Z', 'acme', 'no-such-model', 'chat', NULL, NULL, 5, 5, NULL);
SELECT '-- no change: what was recorded';
SELECT * FROM tok_whatif(NULL, '{}');
SELECT sum(cost_usd) = (SELECT cost_usd FROM llm_stats) FROM tok_whatif(NULL, '{}');
SELECT '-- another model, its maker''s price';
SELECT model, requests, cost_usd, whatif_usd, saving_usd, round(saving_pct, 3), unpriced FROM tok_whatif('2026-01-01', '{"model":"gpt-4o-mini"}');
SELECT model, whatif_usd, saving_usd FROM tok_whatif('2026-01-01', '{"model":"claude-opus-4-1","where":{"model":"gpt-4o","task_type":"chat"}}');
SELECT model, whatif_usd, unpriced FROM tok_whatif('2026-01-01', '{"model":"no-such-model"}');
SELECT '-- another provider and tier; a rise is a saving below 0';
SELECT model, whatif_usd, round(saving_pct, 3) FROM tok_whatif('2026-01-01', '{"service_tier":"batch"}', '2026-01-04');
SELECT model, whatif_usd, round(saving_pct, 3) FROM tok_whatif('2026-01-01', '{"service_tier":"priority"}', '2026-01-03');
SELECT '-- caching';
SELECT model, cost_usd, whatif_usd FROM tok_whatif('2026-01-03', '{"cache_read_ratio":0.9,"cache_write_ratio":0.1}', '2026-01-04');
SELECT model, cost_usd, whatif_usd FROM tok_whatif('2026-01-01', '{"cache_read_ratio":0}', '2026-01-03');
SELECT '-- ranges and filters';
SELECT model, requests FROM tok_whatif('2026-01-02', '{}', '2026-01-03');
SELECT model, requests FROM tok_whatif(1767312000, '{"where":{"tenant_id":null}}');
SELECT count(*) FROM tok_whatif('2027-01-01', '{}');
SELECT count(*) FROM tok_whatif('2026-01-01', NULL);
SELECT '-- nothing is written, nothing overflows';
DROP TRIGGER llm_usage_arrival_bounded; -- as a row of an earlier version was
INSERT INTO llm_usage(model, input_tokens, output_tokens, cost_nano) VALUES ('gpt-4o', 9000000000000000000, 0, 1);
SELECT model, unpriced FROM tok_whatif(NULL, '{"model":"gpt-4"}') WHERE model = 'gpt-4o';
SELECT sum(cost_nano) FROM llm_usage;
SELECT '-- wrong use';
SELECT * FROM tok_whatif('2026-01-01');
SELECT * FROM tok_whatif('soon', '{}');
SELECT * FROM tok_whatif(NULL, 'gpt-4o');
SELECT * FROM tok_whatif(NULL, '{"model":5}');
SELECT * FROM tok_whatif(NULL, '{"modle":"gpt-4o"}');
SELECT * FROM tok_whatif(NULL, '{"cache_read_ratio":1.5}');
SELECT * FROM tok_whatif(NULL, '{"cache_read_ratio":0.6,"cache_write_ratio":0.6}');
SELECT * FROM tok_whatif(NULL, '{"where":[]}');
SELECT * FROM tok_whatif(NULL, '{"where":{"colour":"red"}}');
SELECT * FROM tok_whatif(NULL, '{"where":{"model":5}}');
SELECT * FROM tok_whatif(NULL, '{"model":"gpt-4o"');
