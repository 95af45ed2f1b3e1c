-- Prices that are often wrong, and the rules by which a request is priced. Sources: sql/prices
-- (genai-prices, litellm).
.print -- prices often quoted wrong (per million: input, output)
SELECT m, tok_price(m, 'input', '2026-08-20') AS i, tok_price(m, 'output', '2026-08-20') AS o FROM (SELECT column1 AS m FROM (VALUES
  ('gpt-4'), ('gpt-3.5-turbo'), ('text-embedding-ada-002'), ('claude-3-sonnet'), ('claude-3-sonnet-20240229'), ('claude-3-haiku'),
  ('claude-3-opus'), ('claude-sonnet-4'), ('gpt-4o-mini'), ('gpt-5-mini'), ('grok-3-mini'), ('gemini-2.0-flash'), ('gemini-2.0-flash-lite'), ('gemini-pro')));
SELECT tok_price('claude-3-haiku', 'cache_read', '2026-08-20'), tok_price('claude-3-haiku', 'cache_write', '2026-08-20'), tok_price('gpt-5-mini', 'cache_read', '2026-08-20'),
  tok_price('grok-3-mini', 'cache_read', '2026-08-20'), tok_price('gemini-2.0-flash', 'input_audio', '2026-08-20'), tok_price('gpt-3.5-turbo', 'input', '2023-12-01');
SELECT tok_price('claude-haiku', 'input'), tok_price('text-bison', 'input');
.print -- batch, flex and priority: by the tier that served
SELECT t, tok_cost('gpt-5', json_object('input_tokens', 1000000, 'output_tokens', 100000, 'cache_read_tokens', 400000, 'service_tier', t), '2026-10-01') FROM
  (SELECT column1 AS t FROM (VALUES ('default'), ('batch'), ('flex'), ('priority'), ('on_demand_priority')));
SELECT tok_cost('claude-sonnet-4-6', '{"input_tokens": 1000000, "service_tier": "standard"}', '2026-10-01'), tok_cost('claude-sonnet-4-6', '{"input_tokens": 1000000, "service_tier": "batch"}', '2026-10-01');
SELECT json_extract(tok_cost_explain('gpt-5', '{"input_tokens": 10, "service_tier": "batch"}', '2026-10-01'), '$.lines[0].service_tier', '$.lines[0].source', '$.lines[0].usd_per_1m', '$.warnings');
.print -- a batch request's cached reads and writes, five minutes and one hour
SELECT tok_cost('claude-opus-4-5', '{"input_tokens": 1000000, "cache_write_tokens": 1000000, "cache_write_1h_tokens": 0}', '2026-10-01') AS w5,
  tok_cost('claude-opus-4-5', '{"input_tokens": 1000000, "cache_write_tokens": 1000000, "cache_write_1h_tokens": 1000000}', '2026-10-01') AS w1h,
  tok_cost('claude-opus-4-5', '{"input_tokens": 1000000, "cache_write_tokens": 1000000, "cache_write_1h_tokens": 250000}', '2026-10-01') AS mixed,
  tok_cost('claude-opus-4-5', '{"input_tokens": 1000000, "cache_write_tokens": 1000000, "cache_write_1h_tokens": 1000000, "service_tier": "batch"}', '2026-10-01') AS batch_1h;
.print -- a tier without prices: the standard ones, with a warning
SELECT tok_cost_nano('gpt-4o', j, '2026-10-01'), tok_cost_explain('gpt-4o', j, '2026-10-01') ->> '$.warnings' FROM (SELECT column1 AS j FROM (VALUES
  ('{"input_tokens": 10, "service_tier": "btach"}'), ('{"input_tokens": 10, "service_tier": "default"}'), ('{"input_tokens": 10, "service_tier": ""}'),
  ('{"input_tokens": 10, "service_tier": "\"x\u00e9"}'), ('{"usage": {"prompt_tokens": 10, "completion_tokens": 0}, "service_tier": "scale"}')));
SELECT json_extract(tok_cost_explain('gpt-4', '{"input_tokens": 10, "service_tier": "flex"}', '2026-10-01'), '$.lines[0].service_tier', '$.warnings');
.print -- long context: the whole request, by the whole input; in batch, too
SELECT tok_cost('gemini-2.5-pro', 200000, 1000, 0, 0, '2026-10-01'), tok_cost('gemini-2.5-pro', 200001, 1000, 0, 0, '2026-10-01'), tok_cost('gemini-2.5-pro', 200001, 1000, 200000, 0, '2026-10-01');
SELECT tok_cost('gemini-2.5-pro', '{"input_tokens": 200000, "service_tier": "batch"}', '2026-10-01'), tok_cost('gemini-2.5-pro', '{"input_tokens": 200001, "service_tier": "batch"}', '2026-10-01');
.print -- Bedrock: a geography costs 10 % more than global
SELECT r, tok_price(r || '.anthropic.claude-sonnet-4-5-20250929-v1:0', 'input', '2026-10-01') AS i, tok_price(r || '.anthropic.claude-sonnet-4-5-20250929-v1:0', 'output', '2026-10-01') AS o,
  tok_resolve(r || '.anthropic.claude-sonnet-4-5-20250929-v1:0') ->> 'region' AS region FROM (SELECT column1 AS r FROM (VALUES ('global'), ('us'), ('eu')));
.print -- time of day and weekdays (UTC): Monday to Friday 01:00-04:00 and 06:00-10:00
SELECT t, strftime('%w', t), tok_price('deepseek-v4-pro', 'output', t) FROM (SELECT column1 AS t FROM (VALUES ('2026-08-28 00:59:59'), ('2026-08-28 01:00:00'), ('2026-08-28 03:59:59'), ('2026-08-28 04:00:00'), ('2026-08-28 06:00:00'), ('2026-08-29 01:00:00')));
.print -- fees
SELECT tok_cost('claude-sonnet-4-5', '{"input_tokens": 0, "web_searches": 3}', '2026-10-01'), tok_price('gpt-5', 'web_searches', '2026-10-01');
.print -- a price that was announced and withdrawn is on record and never charged
SELECT tok_init() > 0;
INSERT INTO llm_price(provider, model, meter, usd_per_1m, valid_from, retracted) VALUES ('anthropic', 'claude-sonnet-4-5', 'input', '9', '2026-09-01', 1);
SELECT tok_price('claude-sonnet-4-5', 'input', '2026-10-01');
SELECT usd_per_1m, retracted, origin FROM tok_pricing WHERE provider = 'anthropic' AND model = 'claude-sonnet-4-5' AND meter = 'input' AND service_tier = 'standard' AND tier_from_tokens = 0 ORDER BY 1;
.print -- unknown stays NULL, with the reason
SELECT r, tok_cost(r, 1, 1), tok_cost_explain(r, '{"input_tokens": 1}') ->> 'reason' FROM (SELECT column1 AS r FROM (VALUES ('gpt-5.9'), ('ft:gpt-9:x::y'), ('x/y:free'), ('')));
.print -- Fast mode of Anthropic costs six times the standard prices, twice since Opus 4.8. Where it has no price
.print -- the cost is NULL, with a reason. Elsewhere fast is the word for priority.
SELECT m, tok_cost_nano(m, '{"input_tokens":1000,"cache_read_tokens":100,"output_tokens":10,"service_tier":"fast"}', '2026-07-30') AS fast,
  tok_cost_nano(m, '{"input_tokens":1000,"cache_read_tokens":100,"output_tokens":10}', '2026-07-30') AS standard,
  tok_cost_explain(m, '{"input_tokens":1000,"output_tokens":10,"service_tier":"fast"}', '2026-07-30') ->> 'reason' AS reason
FROM (SELECT column1 AS m FROM (VALUES ('claude-opus-4-6'), ('claude-opus-4-7'), ('claude-opus-4-8'), ('claude-opus-5'), ('claude-sonnet-4-5'), ('gpt-5.5')));
SELECT tok_cost_nano('gpt-5.5', '{"input_tokens":1000,"output_tokens":10,"service_tier":"priority"}', '2026-07-30');
SELECT tok_usage('{"id":"msg_1","type":"message","model":"claude-opus-4-8","usage":{"input_tokens":10,"output_tokens":20,"service_tier":"standard","speed":"fast"}}');
SELECT tok_usage('{"id":"msg_1","type":"message","model":"claude-opus-4-8","usage":{"input_tokens":10,"output_tokens":20,"service_tier":"standard","speed":"standard"}}');
SELECT tok_init() > 4;
INSERT INTO llm_usage(timestamp, provider, model, service_tier, input_tokens, output_tokens) VALUES
  ('2026-07-30', 'anthropic', 'claude-opus-4-8', 'fast', 1000, 10), ('2026-07-30', 'anthropic', 'claude-sonnet-4-5', 'fast', 1000, 10);
SELECT model, cost_nano FROM llm_usage;
-- one's own price for it is that of priority
INSERT INTO llm_price(model, meter, usd_per_1m, service_tier) VALUES ('claude-opus-4-8', 'input', '7', 'priority');
SELECT tok_cost_nano('claude-opus-4-8', '{"input_tokens":1000,"output_tokens":10,"service_tier":"fast"}', '2026-07-30');
SELECT '-- what is of two meters and has no price of its own is paid once: cached sound, told or not';
SELECT tok_init() > 4;
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('sound', 'input', 5), ('sound', 'cache_read', 1), ('sound', 'input_audio', 10), ('sound', 'output', 0);
SELECT u, tok_cost_nano('sound', u) FROM (SELECT column1 AS u FROM (VALUES
  ('{"input_tokens":1000,"output_tokens":0,"input_audio_tokens":500,"cache_read_tokens":400,"cache_audio_read_tokens":300}'),
  ('{"input_tokens":500,"output_tokens":0,"input_audio_tokens":500,"cache_read_tokens":500,"cache_audio_read_tokens":500}'),
  ('{"input_tokens":500,"output_tokens":0,"input_audio_tokens":500,"cache_read_tokens":500}'),
  ('{"input_tokens":1000,"output_tokens":0,"input_audio_tokens":600,"cache_read_tokens":600}')));
SELECT tok_cost_nano('sound', '{"input_tokens":1000,"output_tokens":0,"input_audio_tokens":600,"cache_read_tokens":600,"cache_audio_read_tokens":100}');
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, cache_read_tokens, meters) VALUES ('p', 'sound', 500, 0, 500, '{"input_audio_tokens":500}');
SELECT cost_nano FROM llm_usage WHERE model = 'sound';
