-- What is held of cost is the most that the tokens may cost, so that no call within its amount
-- settles above what was held.
SELECT tok_init() > 4;
SELECT tok_quota_set('usd', '{"metric":"cost_usd","limit":0.1,"period":"month"}', '2026-09-01') > 0;
CREATE TEMP VIEW held AS SELECT used, held FROM llm_counter;
SELECT '-- all of the input written to a cache for an hour, in the US: 6.6 a million in place of 3';
SELECT tok_quota_reserve('a', '{"provider":"anthropic","model":"claude-sonnet-4-5"}', '{"input":10000,"output":100,"inference_geo":"us"}', 60, '2026-09-01') ->> 'ok';
SELECT used, held, held = 10000 * 6600 + 100 * 16500 FROM held;
SELECT tok_quota_settle('a', '{"model":"claude-sonnet-4-5","usage":{"input_tokens":0,"cache_creation_input_tokens":10000,"cache_creation":{"ephemeral_1h_input_tokens":10000},"output_tokens":100,"inference_geo":"us"}}', '2026-09-01T00:00:10Z') > 0;
SELECT used, held FROM held;
SELECT '-- which has no room for such a one; who caches nothing says so';
SELECT json_extract(tok_quota_reserve('b', '{"model":"claude-sonnet-4-5"}', '{"input":10000,"output":100,"inference_geo":"us"}', 60, '2026-09-01'), '$.ok', '$.requested', '$.remaining');
SELECT json_extract(tok_quota_reserve('b', '{"model":"claude-sonnet-4-5"}', '{"input":10000,"output":100,"cache_write":0,"inference_geo":"global"}', 60, '2026-09-01'), '$.ok', '$.requested');
SELECT used, held, held = 10000 * 3000 + 100 * 15000 FROM held;
SELECT tok_quota_release('b');
SELECT '-- tiers: standard, unless the amount names another; auto may be the dearest but a fast one';
DELETE FROM llm_usage;
SELECT t, tok_quota_explain('{"model":"gpt-4o"}', json_object('input', 1000, 'output', 100, 'service_tier', t), '2026-09-01') ->> '$[0].requested'
FROM (SELECT NULL AS t UNION ALL SELECT 'auto' UNION ALL SELECT 'standard' UNION ALL SELECT 'batch' UNION ALL SELECT 'priority' UNION ALL SELECT 'Default');
SELECT t, tok_quota_explain('{"model":"claude-opus-4-6"}', json_object('input', 1000, 'output', 100, 'cache_write', 0, 'inference_geo', 'global', 'service_tier', t), '2026-09-01') ->> '$[0].requested',
  tok_quota_explain('{"model":"claude-sonnet-4-5"}', json_object('input', 1000, 'output', 100, 'service_tier', t), '2026-09-01') ->> '$[0].reason'
FROM (SELECT NULL AS t UNION ALL SELECT 'fast');
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"input":1,"output":1,"service_tier":"gold"}', '2026-09-01');
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"input":1,"output":1,"cache_write":-1}', '2026-09-01');
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"input":1,"output":1,"cache_write":"1"}', '2026-09-01');
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"input":1,"output":1,"cache_write":99999999999999999999}', '2026-09-01');
SELECT '-- sound, and fees that the amount counts';
SELECT a, tok_quota_explain('{"model":"gpt-4o-audio-preview"}', a, '2026-09-01') ->> '$[0].requested'
FROM (SELECT '{"input":1000,"output":100}' AS a UNION ALL SELECT '{"input":1000,"output":100,"input_audio":200,"output_audio_tokens":0}' UNION ALL SELECT '{"input":1000,"output":100,"input_audio":0,"output_audio":0}');
SELECT a, tok_quota_explain('{"model":"claude-sonnet-4-5"}', a, '2026-09-01') ->> '$[0].requested'
FROM (SELECT '{"input":0,"output":100,"inference_geo":"global"}' AS a UNION ALL SELECT '{"input":0,"output":100,"inference_geo":"global","web_searches":3}');
SELECT '-- a call settles with its fees, and a cancelled one is charged as its amount says';
SELECT tok_quota_reserve('s', '{"provider":"anthropic","model":"claude-sonnet-4-5"}', '{"input":1000,"output":100,"web_searches":2}', 60, '2026-09-01') ->> 'ok';
SELECT tok_quota_settle('s', '{"input_tokens":1000,"output_tokens":100,"web_searches":2}', '2026-09-01') > 0;
SELECT used = 1000 * 3000 + 100 * 15000 + 2 * 10000000, held FROM held;
SELECT meters, cost_nano FROM llm_usage;
SELECT tok_quota_reserve('c', '{"provider":"anthropic","model":"claude-sonnet-4-5"}', '{"input":1000,"output":100}', 60, '2026-09-01') ->> 'ok';
SELECT tok_quota_release('c', '{"input":1000,"output":3,"cache_write":500,"cache_write_1h":100,"service_tier":"batch","web_searches":1}', '2026-09-01');
SELECT status, service_tier, input_tokens, output_tokens, cache_write_tokens, cache_write_1h_tokens, meters, cost_nano,
  cost_nano = 500 * 1500 + 400 * 1875 + 100 * 3000 + 3 * 7500 + 10000000 FROM llm_usage WHERE request_id = 'c';
SELECT tok_quota_check('{"model":"gpt-4o"}', '{"input":1,"output":1,"cache_audio_read_tokens":0,"cache_read_audio":0,"input_characters":5,"seconds":1.5}', '2026-09-01');
SELECT '-- a price of one''s own, lower above a size: what is below it may cost more';
INSERT INTO llm_price(model, meter, usd_per_1m, tier_from_tokens) VALUES ('mine', 'input', 10, 0), ('mine', 'input', 1, 1000), ('mine', 'output', 0, 0), ('mine', 'reasoning', 5, 0);
SELECT tok_quota_explain('{"model":"mine"}', '{"input":1000,"output":0}', '2026-09-01') ->> '$[0].requested', tok_quota_explain('{"model":"mine"}', '{"input":20000,"output":0}', '2026-09-01') ->> '$[0].requested',
  tok_quota_explain('{"model":"mine"}', '{"input":0,"output":1000}', '2026-09-01') ->> '$[0].requested', tok_quota_explain('{"model":"mine"}', '{"input":0,"output":1000,"reasoning":100}', '2026-09-01') ->> '$[0].requested';
SELECT * FROM llm_quota_audit;
