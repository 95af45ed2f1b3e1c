-- What a response counts beyond the columns of tokens is in `meters`, part of the price, and
-- survives a reprice.
SELECT tok_init() > 0;
INSERT INTO tok_responses(response, timestamp) VALUES
  ('{"id":"m1","type":"message","model":"claude-sonnet-4-20250514","usage":{"input_tokens":100,"output_tokens":10,"server_tool_use":{"web_search_requests":3}}}', '2026-01-01'),
  ('{"id":"c1","model":"gpt-4o-audio-preview","usage":{"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"audio_tokens":400},"completion_tokens_details":{"audio_tokens":80}}}', '2026-01-01'),
  ('{"id":"c2","model":"gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":5}}', '2026-01-01');
SELECT response_id, meters, cost_nano FROM llm_usage;
CREATE TEMP TABLE before AS SELECT id, cost_nano FROM llm_usage;
SELECT tok_reprice('2025-01-01'), (SELECT count(*) FROM llm_usage JOIN before USING (id, cost_nano));
-- A price that changes changes the fee too; a row that is corrected keeps its searches.
INSERT INTO llm_price(provider, model, meter, usd_per_1m, source) VALUES ('anthropic', 'claude-sonnet-4', 'web_searches', '0.02', 'contract');
SELECT tok_reprice('2025-01-01');
SELECT cost_nano FROM llm_usage WHERE response_id = 'm1';
UPDATE llm_usage SET output_tokens = 20 WHERE response_id = 'm1';
SELECT cost_nano FROM llm_usage WHERE response_id = 'm1';
-- Written by hand, priced as it is written; columns win over what meters says of them.
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, meters) VALUES
  ('2026-01-02', 'anthropic', 'claude-sonnet-4', 100, 10, '{"web_searches":2,"input_tokens":999999}');
SELECT cost_nano FROM llm_usage WHERE unix_time = strftime('%s', '2026-01-02') + 0;
INSERT INTO llm_usage(model, meters) VALUES ('gpt-4o', '[1]');
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, meters) VALUES ('2026-01-03', 'openai', 'gpt-4o', 1, 1, '{broken}');
SELECT cost_nano FROM llm_usage WHERE unix_time = strftime('%s', '2026-01-03') + 0;
DELETE FROM llm_usage WHERE meters = '{broken}';
-- FOCUS shows each meter; what is exported is imported with it.
SELECT line ->> 'SkuMeter', line ->> 'ConsumedQuantity', line ->> 'ConsumedUnit', line ->> 'BilledCost' FROM tok_export('focus-json', '2026-01-01', '2026-01-02')
WHERE line ->> 'x_ResponseId' IN ('m1', 'c1');
CREATE TEMP TABLE file AS SELECT 'csv' AS f, group_concat(line, char(10)) AS t FROM tok_export('csv') UNION ALL SELECT 'jsonl', group_concat(line, char(10)) FROM tok_export('json');
CREATE TEMP TABLE was AS SELECT response_id, meters, cost_nano FROM llm_usage;
DELETE FROM llm_usage;
SELECT tok_import_text(t, f) ->> 'imported' FROM file WHERE f = 'csv';
SELECT count(*) FROM (SELECT meters, cost_nano FROM was EXCEPT SELECT meters, cost_nano FROM llm_usage);
DELETE FROM llm_usage;
SELECT tok_import_text(t, f) ->> 'imported' FROM file WHERE f = 'jsonl';
SELECT count(*) FROM (SELECT meters, cost_nano FROM was EXCEPT SELECT meters, cost_nano FROM llm_usage);
