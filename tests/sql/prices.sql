-- Prices: costs, names, explanations, the price list. Every time is given, so that the answers
-- stay.
.print -- input, output; cached input; written cache; a time
SELECT tok_cost('gpt-4o', 1200, 350, 0, 0, '2026-08-20T12:00:00Z');
SELECT tok_cost_nano('gpt-4o', 1200, 350, 1000, 0, '2026-08-20 12:00:00');
SELECT tok_cost_nano('claude-sonnet-4-5', 10000, 700, 2500, 5000, 1787227200);
SELECT typeof(tok_cost('gpt-4o', 1, 1)), typeof(tok_cost_nano('gpt-4o', 1, 1));
.print -- history: the same request before and after a change of price
SELECT tok_cost('o3', 1000000, 0, 0, 0, '2025-06-09T23:59:59Z'), tok_cost('o3', 1000000, 0, 0, 0, '2025-06-10');
SELECT tok_cost('gpt-3.5-turbo', 1000000, 1000000, 0, 0, '2023-12-01'), tok_cost('gpt-3.5-turbo', 1000000, 1000000, 0, 0, '2024-03-01');
.print -- long context: the whole request pays the higher price
SELECT tok_cost_nano('gemini-2.5-pro', 200000, 0, 0, 0, '2026-08-20'), tok_cost_nano('gemini-2.5-pro', 200001, 0, 0, 0, '2026-08-20');
.print -- peak hours of Monday to Friday: Thursday 02:00, Saturday 02:00, Thursday 05:00
SELECT tok_price('deepseek-v4-flash', 'input', '2026-09-03 02:00:00'), tok_price('deepseek-v4-flash', 'input', '2026-09-05 02:00:00'),
       tok_price('deepseek-v4-flash', 'input', '2026-09-03 05:00:00');
.print -- unknown is NULL, NULL is NULL
SELECT tok_cost('no-such-model', 1, 2), tok_cost(NULL, 1, 2), tok_cost('gpt-4o', NULL, 2), tok_cost('gpt-4o', 1, NULL), tok_cost('gpt-4o', NULL),
       tok_price('no-such-model', 'input'), tok_price('gpt-4o', NULL), tok_price('gpt-4o', 'pages'), tok_resolve(NULL);
SELECT tok_cost('gpt-4o', 0, 0), tok_cost('gpt-4o', '{}'), tok_cost('gpt-4o', 10, 0, NULL, NULL, '2026-08-20');
.print -- usage objects: canonical, OpenTelemetry, OpenAI, Anthropic; they say the same
SELECT tok_cost_nano('claude-sonnet-4-5', '{"input_tokens":10000,"cache_read_tokens":2500,"cache_write_tokens":5000,"output_tokens":700}', '2026-08-20'),
       tok_cost_nano('claude-sonnet-4-5', '{"gen_ai.usage.input_tokens":10000,"gen_ai.usage.cache_read.input_tokens":2500,"gen_ai.usage.cache_creation.input_tokens":5000,"gen_ai.usage.output_tokens":700}', '2026-08-20'),
       tok_cost_nano('claude-sonnet-4-5', '{"input_tokens":2500,"cache_read_input_tokens":2500,"cache_creation_input_tokens":5000,"output_tokens":700,"service_tier":"standard"}', '2026-08-20');
SELECT tok_cost_nano('gpt-4o', '{"prompt_tokens":1200,"completion_tokens":350,"total_tokens":1550,"prompt_tokens_details":{"cached_tokens":1000,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}', '2026-08-20');
SELECT tok_cost('gpt-5.2-pro', '{"input_tokens":5000,"output_tokens":100,"web_searches":3}', '2026-08-20'), tok_cost('whisper-1', '{"audio_seconds":754.5}', '2026-08-20');
SELECT tok_cost('kimi-k3', '{"provider":"moonshotai","input_tokens":1000}') IS NOT NULL, tok_cost('kimi-k3', '{"provider":"nobody","input_tokens":1000}') IS NULL;
.print -- explanations
SELECT tok_cost_explain('gpt-4o', '{"input_tokens":1200,"cache_read_tokens":1000,"output_tokens":350}', '2026-08-20') -> 'lines' -> 0;
SELECT tok_cost_explain('gpt-4o', '{"input_tokens":1200,"service_tier":"flex","pages":2}', '2026-08-20') ->> 'warnings';
SELECT tok_cost_explain('no-such-model', '{"input_tokens":1}', '2026-08-20');
SELECT tok_cost_explain('anthropic/claude-opus-4.6:free', '{"input_tokens":1,"provider":"openrouter"}', '2026-08-20') ->> 'reason';
.print -- names
SELECT n, json_extract(tok_resolve(n), '$.provider'), json_extract(tok_resolve(n), '$.model'), json_extract(tok_resolve(n), '$.matched_by'), json_extract(tok_resolve(n), '$.region')
  FROM (SELECT column1 AS n FROM (VALUES ('gpt-4o'), ('OpenAI/gpt-4o-2024-08-06'), ('azure/gpt-4o'), ('us.anthropic.claude-sonnet-4-20250514-v1:0'),
  ('models/gemini-2.5-pro'), ('ft:gpt-4o-mini:org::id'), ('claude-sonnet-4@20250514'), ('gpt-5'), ('gpt-5-mini'), ('gpt-5.9'), ('gpt-5-2025-08-07')));
SELECT tok_resolve('no-such-model');
SELECT tok_resolve('llama-3.3-70b-versatile', 'groq') ->> 'matched_by';
.print -- prices
SELECT tok_price('gpt-4o', 'input', '2026-08-20'), tok_price('gpt-4o', 'cache_read', '2026-08-20'), tok_price('gpt-4o', 'reasoning', '2026-08-20'), tok_price('claude-sonnet-4-5', 'web_searches', '2026-08-20');
SELECT provider, model, meter, usd_per_1m, unit, tier_from_tokens, service_tier, valid_from, valid_to, hours, weekdays, retracted, origin
  FROM tok_pricing WHERE provider = 'google' AND model = 'gemini-2.5-pro';
SELECT count(*) > 4000, count(DISTINCT provider) >= 43, min(usd_per_1m) >= 0, count(*) FILTER (WHERE source IS NULL OR checked_at IS NULL OR unit IS NULL) FROM tok_pricing;
SELECT count(*) > 5, min(provider), max(provider) FROM tok_pricing WHERE provider = 'openai' AND meter = 'input' AND model LIKE 'gpt-5%';
SELECT group_concat(DISTINCT provider) FROM tok_pricing WHERE model = 'gpt-4o';
SELECT count(*) FROM tok_pricing WHERE provider = 'nobody' OR model = 'nothing';
SELECT count(*) = (SELECT count(*) FROM tok_pricing WHERE +provider = 'openai') FROM tok_pricing WHERE provider = 'openai';
SELECT count(*) = (SELECT count(*) FROM tok_pricing WHERE +model IN ('gpt-4o', 'o3')) FROM tok_pricing WHERE model IN ('gpt-4o', 'o3');
SELECT count(*) > 0 FROM tok_pricing WHERE model = 'GPT-4O' COLLATE NOCASE;
EXPLAIN QUERY PLAN SELECT * FROM tok_pricing WHERE provider = 'openai' AND model = 'gpt-4o';
EXPLAIN QUERY PLAN SELECT * FROM tok_pricing WHERE model = 'gpt-4o';
EXPLAIN QUERY PLAN SELECT * FROM tok_pricing WHERE model = 'gpt-4o' COLLATE NOCASE;
.print -- wrong use
SELECT tok_cost('gpt-4o', 1, -3);
SELECT tok_cost('gpt-4o', -1, 3);
SELECT tok_cost('no-such-model', 1, -3);
SELECT tok_cost('gpt-4o', 'many', 3, 0);
SELECT tok_cost('gpt-4o', 1.5, 3);
SELECT tok_cost('gpt-4o', 100, 1, 200);
SELECT tok_cost_nano('gpt-4o', 100, 1, 60, 60);
SELECT tok_cost('gpt-4o', 100, 1, 0, 0, 'yesterday');
SELECT tok_cost('gpt-4o', 100, 1, 0, 0, '2026-02-30');
SELECT tok_cost('gpt-4o', 100, 1, 0, 0, 9223372036854775807);
SELECT tok_cost_nano('gpt-4o', 9223372036854775807, 0);
SELECT tok_cost('gpt-4o', '{"input_tokens": 1');
SELECT tok_cost('gpt-4o', '[1]');
SELECT tok_cost('gpt-4o', 'hello');
SELECT tok_cost('gpt-4o', '{"input_tokens": "many"}');
SELECT tok_cost('gpt-4o', '{"input_tokens": -1}');
SELECT tok_cost('gpt-4o', '{"input_tokens": 1.5}');
SELECT tok_cost('gpt-4o', '{"cache_read_tokens": 5}');
SELECT tok_cost('gpt-4o', '{"inputs": 5}');
SELECT tok_cost_explain('gpt-4o', '{"input_tokens": 5, "cache_read_tokens": 6}');
SELECT tok_price('gpt-4o', 'inputs');
SELECT tok_cost('gpt-4o');
CREATE TABLE t(a, b AS (tok_cost(a, 1, 2)));
.print -- a row of the ledger by its columns: the same as a usage object of them
SELECT model, tok_row_cost_nano(model, p, tier, i, o, r, w, h, g, '2026-08-20') AS nano, tok_row_cost_nano(model, p, tier, i, o, r, w, h, g, '2026-08-20') IS tok_cost_nano(model, json_object(
    'provider', p, 'service_tier', tier, 'input_tokens', i, 'output_tokens', o, 'cache_read_tokens', r, 'cache_write_tokens', w, 'cache_write_1h_tokens', h, 'reasoning_tokens', g), '2026-08-20')
  FROM (SELECT column1 AS model, column2 AS p, column3 AS tier, column4 AS i, column5 AS o, column6 AS r, column7 AS w, column8 AS h, column9 AS g FROM (VALUES
    ('gpt-4o', NULL, NULL, 1200, 350, 1000, NULL, NULL, NULL), ('gpt-5', 'openai', 'batch', 1000000, 0, 0, 0, 0, 0),
    ('claude-sonnet-4-5', 'anthropic', 'standard', 10000, 500, 2000, 3000, 1000, 100), ('claude-sonnet-4-5', 'aws', 'flex', 300000, 5, NULL, 7, 7, NULL),
    ('gemini-2.5-pro', 'google', NULL, 200001, 9, NULL, NULL, NULL, 9), ('sonar', 'perplexity', NULL, 3, 3, NULL, NULL, NULL, 1),
    ('deepseek-v4-flash', 'deepseek', NULL, 1000, 1000, 10, NULL, NULL, NULL), ('no-such-model', NULL, NULL, 1, 1, 1, 1, 1, 1), ('gpt-4o', 'nobody', 'strange', 1, 1, 1, NULL, NULL, NULL)));
SELECT tok_row_cost_nano(NULL, NULL, NULL, 1, 1, NULL, NULL, NULL, NULL, NULL) IS NULL, tok_row_cost_nano('gpt-4o', NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL) IS NULL, tok_row_cost_nano('gpt-4o', NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL, NULL) IS NULL, tok_row_cost_nano('gpt-4o', NULL, NULL, 1000, 1000, NULL, NULL, NULL, NULL, NULL) > 0;
SELECT tok_row_cost_nano('gpt-4o', NULL, NULL, 1, 1, 2, NULL, NULL, NULL, NULL);
SELECT tok_row_cost_nano('gpt-4o', NULL, NULL, 1, 1, 0, 0, -1, NULL, NULL);
SELECT tok_row_cost_nano('gpt-4o', NULL, NULL, 9223372036854775807, 1, 0, 0, 0, NULL, NULL);
.print -- a name that only hosts list needs its provider; a maker's own name does not
SELECT tok_cost('llama-3.3-70b-versatile', 1000, 500) IS NULL, tok_resolve('llama-3.3-70b-versatile') ->> 'reason', tok_cost('groq/llama-3.3-70b-versatile', 1000, 500, 0, 0, '2026-08-20') > 0, tok_resolve('llama-3.3-70b-versatile', 'groq') ->> 'model';
SELECT tok_resolve(value) ->> 'provider' FROM json_each('["sonar-pro", "trinity-large-thinking", "babbage", "voyage-3", "@cf/meta/llama-3-8b-instruct"]');
SELECT '-- batch, flex and priority as providers list them: sizes of a tier, prices that are announced, names that other dated names list';
SELECT m, tier, i, tok_cost_nano(m, json_object('provider', p, 'service_tier', tier, 'input_tokens', i, 'output_tokens', 10, 'cache_read_tokens', r), at) FROM (
  SELECT 'openai' AS p, 'gpt-5.4' AS m, 'batch' AS tier, 10000 AS i, 7000 AS r, '2026-09-20' AS at UNION ALL
  SELECT 'openai', 'gpt-5.4', 'flex', 300000, 250000, '2026-09-20' UNION ALL
  SELECT 'openai', 'gpt-5.5', 'priority', 10000, 7000, '2026-09-20' UNION ALL
  SELECT 'openai', 'gpt-5.5', 'priority', 300000, 0, '2026-09-20' UNION ALL
  SELECT 'openai', 'gpt-4-turbo', 'batch', 1000, 0, '2026-09-20' UNION ALL
  SELECT 'openai', 'ft:gpt-4o-mini-2024-07-18:acme::x', 'batch', 1000, 0, '2026-09-20' UNION ALL
  SELECT 'google', 'gemini-3.6-flash', 'batch', 10000, 7000, '2026-09-20' UNION ALL
  SELECT 'google', 'gemini-3.6-flash', 'batch', 10000, 7000, '2027-01-02' UNION ALL
  SELECT 'google', 'gemini-3.6-flash', 'priority', 10000, 7000, '2026-09-20' UNION ALL
  SELECT 'google', 'gemini-2.5-pro', 'batch', 10000, 7000, '2026-09-20' UNION ALL
  SELECT 'x-ai', 'grok-4.3', 'batch', 200001, 0, '2026-09-20' UNION ALL
  SELECT 'mistral', 'mistral-large-2512', 'batch', 1000, 0, '2026-09-20' UNION ALL
  SELECT 'groq', 'openai/gpt-oss-120b', 'batch', 10000, 7000, '2026-09-20' UNION ALL
  SELECT 'aws', 'us.anthropic.claude-haiku-4-5-20251001-v1:0', 'batch', 1000, 0, '2026-09-20') AS t;
SELECT '-- Vertex: writes that live an hour; names that mean the newest';
SELECT tok_cost('claude-opus-4-6', '{"provider":"google","input_tokens":10000,"cache_write_tokens":7000,"cache_write_1h_tokens":3000}', '2026-09-20'),
  tok_resolve('gemini-pro-latest') ->> 'model', tok_resolve('mistral-medium-2604') ->> 'model';
