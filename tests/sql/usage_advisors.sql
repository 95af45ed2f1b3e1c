-- Anthropic's advisor tool: another model is asked within a response. Its tokens are in no total of
-- the response and are billed at its own prices.
.mode list
CREATE TABLE r AS SELECT '{"id":"msg_1","type":"message","model":"claude-sonnet-4-6","usage":{"input_tokens":2390,"output_tokens":121,
"cache_read_input_tokens":0,"cache_creation_input_tokens":0,"iterations":[
{"type":"message","model":"claude-sonnet-4-6","input_tokens":1128,"output_tokens":110,"cache_read_input_tokens":0},
{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":2518,"output_tokens":22,"cache_read_input_tokens":100,
"cache_creation_input_tokens":200,"cache_creation":{"ephemeral_5m_input_tokens":150,"ephemeral_1h_input_tokens":50}},
{"type":"message","model":"claude-sonnet-4-6","input_tokens":1262,"output_tokens":11}]}}' AS body;
SELECT tok_usage(body) FROM r;
-- 2390 x 3 + 121 x 15, and 2518 x 5 + 100 x 0.5 + 150 x 6.25 + 50 x 10 + 22 x 25
SELECT tok_cost_nano('claude-sonnet-4-6', body, '2026-10-01'), tok_cost_nano('claude-sonnet-4-6', tok_usage(body), '2026-10-01'),
  2390 * 3000 + 121 * 15000 + 2518 * 5000 + 100 * 500 + 150 * 6250 + 50 * 10000 + 22 * 25000
FROM r;
SELECT json_extract(e, '$.cost_nano'), json_extract(e, '$.reason') FROM (SELECT tok_cost_explain('claude-sonnet-4-6', body, '2026-10-01') AS e FROM r);
SELECT value ->> 'meter', value ->> 'advisor', value ->> 'quantity', value ->> 'cost_nano'
FROM r, json_each(tok_cost_explain('claude-sonnet-4-6', body, '2026-10-01'), '$.lines');
-- it was asked twice; in a batch it costs half, too; in a stream the last event says it all
SELECT tok_usage(replace(body, '{"type":"message","model":"claude-sonnet-4-6","input_tokens":1262',
  '{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":1000')) ->> 'advisors' FROM r;
SELECT tok_cost_nano('claude-sonnet-4-6', json_set(tok_usage(body), '$.service_tier', 'batch'), '2026-10-01') FROM r;
SELECT tok_usage('data: {"type":"message_start","message":{"id":"msg_2","model":"claude-sonnet-4-6","usage":{"input_tokens":5,"output_tokens":1}}}' || char(10)
  || 'data: {"type":"message_delta","usage":{"output_tokens":9,"iterations":[{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":7,"output_tokens":2}]}}'
  || char(10) || 'data: {"type":"message_delta","usage":{"output_tokens":12,"iterations":[{"type":"advisor_message","model":"claude-opus-4-8","input_tokens":7,"output_tokens":3}]}}');
-- an advisor that nobody prices: unknown, with a reason
SELECT tok_cost('claude-sonnet-4-6', replace(body, 'opus-4-8', 'opus-9')) IS NULL,
  tok_cost_explain('claude-sonnet-4-6', replace(body, 'opus-4-8', 'opus-9')) ->> 'reason' FROM r;
SELECT tok_cost('claude-sonnet-4-6', '{"input_tokens":1,"advisors":[{"model":"claude-opus-4-8","input_tokens":5,"cache_read_tokens":9}]}');
-- recorded, and priced again, as a whole
SELECT tok_init() > 0;
INSERT INTO tok_responses(response, timestamp) SELECT body, '2026-10-01 12:00:00' FROM r;
SELECT input_tokens, output_tokens, cost_nano, meters FROM llm_usage;
UPDATE llm_usage SET cost_nano = NULL, cost_usd = NULL;
SELECT tok_reprice() >= 0;
SELECT cost_nano FROM llm_usage;
