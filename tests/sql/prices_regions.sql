-- Regions: Azure's data zones and Bedrock's geographies and regions have prices of their own; what
-- the list does not name there has none. Sources: litellm 1.109.1 (azure/eu/gpt-4o 2.75 and 11,
-- azure/us-gov/gpt-5.1 1.71875, eu.amazon.nova-pro-v1:0 1.05, us-gov… sonnet 4.5 3.6).
SELECT m, tok_price(m, 'input', '2026-09-01'), tok_price(m, 'output', '2026-09-01'), tok_resolve(m) ->> '$.region', tok_resolve(m) ->> '$.matched_by'
FROM (SELECT column1 AS m FROM (VALUES ('azure/gpt-4o'), ('azure/eu/gpt-4o'), ('AZURE/US/gpt-4o-2024-08-06'), ('azure/global/gpt-4o-2024-08-06'),
  ('azure/global/gpt-5.2'), ('azure/us-gov/gpt-5.1'), ('azure/eu/gpt-6-sol'), ('azure/us/gpt-6-sol'),
  ('us.amazon.nova-pro-v1:0'), ('eu.amazon.nova-pro-v1:0'), ('apac.amazon.nova-pro-v1:0'),
  ('global.anthropic.claude-sonnet-4-5-20250929-v1:0'), ('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'),
  ('us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0'), ('us-gov.anthropic.claude-sonnet-4-5-20250929'), ('bedrock/us-gov.anthropic.claude-haiku-4-5-20251001-v1:0'),
  ('bedrock/us-east-1/meta.llama3-70b-instruct-v1:0'), ('bedrock/eu-west-2/meta.llama3-70b-instruct-v1:0'),
  ('arn:aws:bedrock:eu-west-2::foundation-model/meta.llama3-70b-instruct-v1:0'), ('arn:aws:bedrock:us-west-2::foundation-model/meta.llama3-70b-instruct-v1:0')));
SELECT '-- not the lower price of elsewhere, but none, and the reason';
SELECT m, tok_cost(m, 1000, 100), tok_cost_explain(m, '{"input_tokens":1000,"output_tokens":100}') ->> '$.reason'
FROM (SELECT column1 AS m FROM (VALUES ('azure/eu/gpt-4o-audio-preview'), ('azure/apac/gpt-4o'), ('eu.writer.palmyra-x5-v1:0'), ('bedrock/eu-west-9/amazon.nova-lite-v1:0'),
  ('arn:aws:bedrock:sa-east-1::foundation-model/amazon.nova-lite-v1:0')));
SELECT tok_cost_nano('eu/gpt-4o', '{"input_tokens":1000,"output_tokens":100,"provider":"azure"}'), tok_cost_nano('apac/gpt-4o', '{"input_tokens":1000,"output_tokens":100,"provider":"azure"}');
SELECT '-- service tiers, caches and sizes of a region: half of 1.375, 0.1375 a cached token, twice above 272,000';
SELECT tok_cost_nano('azure/eu/gpt-5', '{"input_tokens":1000000,"output_tokens":0,"cache_read_tokens":1000000}'), tok_price('azure/us/gpt-5.4', 'cache_read'),
  tok_cost_nano('azure/eu/gpt-5.4', '{"input_tokens":272000,"output_tokens":0}'), tok_cost_nano('azure/eu/gpt-5.4', '{"input_tokens":272001,"output_tokens":0}'),
  tok_cost_nano('azure/eu/gpt-5.4', '{"input_tokens":1000,"output_tokens":10,"service_tier":"batch"}'), tok_cost_nano('azure/eu/gpt-5.4', '{"input_tokens":1000,"output_tokens":10,"service_tier":"priority"}');
SELECT '-- one''s own row of the table prices what the list does not';
SELECT tok_init() > 4;
INSERT INTO llm_price(provider, model, meter, usd_per_1m, region) VALUES ('azure', 'gpt-4o', 'input', 7, 'apac'), ('azure', 'gpt-4o', 'output', 8, 'apac');
SELECT tok_price('azure/apac/gpt-4o', 'input'), tok_price('azure/eu/gpt-4o', 'input'), tok_price('azure/gpt-4o', 'input');
SELECT '-- imports: characters and pixels by the million and the thousand million; what is free but for a charge that no meter counts has no price';
SELECT tok_pricing_import('{"tts":{"litellm_provider":"p","mode":"audio_speech","input_cost_per_character":0.000015},"pic":{"litellm_provider":"p","mode":"image_generation","input_cost_per_pixel":8.39e-08,"output_cost_per_token":0.0},
  "song":{"litellm_provider":"p","input_cost_per_token":0,"output_cost_per_token":0,"output_cost_per_image":0.04},"free":{"litellm_provider":"p","input_cost_per_token":0,"output_cost_per_token":0,"output_cost_per_image":0.0}}');
SELECT model, meter, usd_per_1m FROM llm_price WHERE provider = 'p' ORDER BY 1, 2;
SELECT tok_cost('p/tts', '{"input_characters":1000000}'), tok_cost('p/pic', '{"input_pixels":1048576}'), tok_cost('p/song', 100, 100), tok_cost('p/free', 100, 100);
SELECT '-- ultrafast has its price or none';
SELECT tok_cost_nano('gpt-6-astra', json_object('input_tokens', 1000, 'output_tokens', 10, 'service_tier', t)), tok_cost_explain('gpt-5.5', json_object('input_tokens', 1000, 'output_tokens', 10, 'service_tier', t)) ->> '$.reason'
FROM (SELECT 'default' AS t UNION ALL SELECT 'priority' UNION ALL SELECT 'ultrafast');
