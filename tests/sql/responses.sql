-- N1: a response becomes a row of the ledger, priced; N2: what is given goes with it.
INSERT INTO tok_responses(response) VALUES ('{"id":"x","model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}');
SELECT tok_init() > 0;
INSERT INTO tok_responses(response, task_type, tenant_id, timestamp, response_time_ms, tags) VALUES
  ('{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"gpt-4o-2024-08-06","choices":[],"usage":{"prompt_tokens":1200,"completion_tokens":350,"total_tokens":1550,"prompt_tokens_details":{"cached_tokens":1000}}}',
   'chat', 'acme', '2026-01-01T12:00:00+02:00', 812, '{"app":"x"}');
SELECT last_insert_rowid() = max(id) FROM llm_usage;
SELECT timestamp, provider, model, task_type, tenant_id, input_tokens, output_tokens, total_tokens, cache_read_tokens,
  response_id, response_time_ms, tags, cost_nano FROM llm_usage;
-- The same response again is ignored; the row that is there stays as it is.
INSERT INTO tok_responses(response, task_type) VALUES ('{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9999,"completion_tokens":350}}', 'other');
SELECT count(*), max(task_type), max(input_tokens) FROM llm_usage;
-- A stream; Anthropic counts without its cache; the provider's own figure.
INSERT INTO tok_responses(response, provider) VALUES ('event: message_start
data: {"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}}

event: message_delta
data: {"type":"message_delta","usage":{"output_tokens":25}}
', 'anthropic');
INSERT INTO tok_responses(response, model) VALUES ('{"id":"gen-1","model":"openai/gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":5,"cost":0.000125}}', 'openrouter/openai/gpt-4o');
-- N4: web searches are paid for, also without TEMP objects of this connection.
INSERT INTO tok_responses(response) VALUES ('{"id":"msg_2","type":"message","model":"claude-sonnet-4-20250514","usage":{"input_tokens":100,"output_tokens":10,"server_tool_use":{"web_search_requests":3}}}');
SELECT provider, model, input_tokens, output_tokens, cache_read_tokens, cost_nano, reported_cost_nano FROM llm_usage WHERE id > 1;
-- Times: seconds; without one, now.
INSERT INTO tok_responses(response, timestamp) VALUES ('{"model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":1}}', 1767225600);
SELECT timestamp FROM llm_usage ORDER BY id DESC LIMIT 1;
SELECT abs(unix_time - strftime('%s', 'now')) < 5 FROM llm_usage WHERE response_id = 'msg_2';
-- A stream that broke off.
INSERT INTO tok_responses(response, timestamp) VALUES ('data: {"type":"message_start","message":{"id":"msg_9","model":"claude-sonnet-4-20250514","usage":{"input_tokens":10,"output_tokens":1}}}

data: {"type":"message_del', '2026-01-02');
SELECT response_id, input_tokens, output_tokens, status FROM llm_usage WHERE status IS NOT NULL;
-- What OpenRouter keeps of a request.
INSERT INTO tok_responses(response, timestamp) VALUES ('{"data":{"id":"gen-7","model":"openai/gpt-4o","total_cost":0.0015,"tokens_prompt":9,"tokens_completion":30,"native_tokens_prompt":10,"native_tokens_completion":25,"usage":0.0015}}', '2026-01-02');
SELECT provider, response_id, input_tokens, output_tokens, reported_cost_nano FROM llm_usage WHERE response_id = 'gen-7';
-- N3: errors, and nothing is written.
CREATE TEMP TABLE n AS SELECT count(*) AS n FROM llm_usage;
INSERT INTO tok_responses(response) VALUES (NULL);
INSERT INTO tok_responses(task_type) VALUES ('chat');
INSERT INTO tok_responses(response) VALUES ('{"id":1');
INSERT INTO tok_responses(response) VALUES ('{"id":"x"}');
INSERT INTO tok_responses(response) VALUES ('data: {"id":"x","usage":{"prompt_tokens":1');
INSERT INTO tok_responses(response) VALUES ('{"usage":{"prompt_tokens":-1}}');
INSERT INTO tok_responses(response) VALUES ('[{"id":"a","usage":{"prompt_tokens":1}},{"id":"b","usage":{"prompt_tokens":1}}]');
INSERT INTO tok_responses(response, timestamp) VALUES ('{"usage":{"prompt_tokens":1}}', 'soon');
INSERT INTO tok_responses(response, system_tokens) VALUES ('{"usage":{"prompt_tokens":1}}', -1);
INSERT INTO tok_responses(response, tags) VALUES ('{"usage":{"prompt_tokens":1}}', 'a,b');
SELECT n.n = (SELECT count(*) FROM llm_usage) FROM n;
-- N5: insert only; many at once; in a transaction of the caller.
SELECT * FROM tok_responses;
DELETE FROM tok_responses;
BEGIN;
INSERT INTO tok_responses(response) SELECT printf('{"id":"r%d","model":"gpt-4o","usage":{"prompt_tokens":%d,"completion_tokens":1}}', value, value)
  FROM json_each('[1,2,3]');
ROLLBACK;
SELECT n.n = (SELECT count(*) FROM llm_usage) FROM n;
.print -- the tier that the caller names is the one that is paid, as tok_reprice() has it: a batch's responses do not say it
INSERT INTO tok_responses(response, service_tier, task_type) VALUES
  ('{"id":"t1","model":"gpt-5","usage":{"prompt_tokens":2000,"completion_tokens":1000}}', 'batch', 'tiers'),
  ('{"id":"t2","model":"gpt-5","service_tier":"default","usage":{"prompt_tokens":2000,"completion_tokens":1000}}', 'batch', 'tiers'),
  ('{"id":"t3","model":"gpt-5","service_tier":"batch","usage":{"prompt_tokens":2000,"completion_tokens":1000}}', NULL, 'tiers'),
  ('{"id":"t4","model":"gpt-5","service_tier":"batch","usage":{"prompt_tokens":2000,"completion_tokens":1000}}', 'standard', 'tiers');
SELECT response_id, service_tier, cost_nano FROM llm_usage WHERE task_type = 'tiers';
SELECT tok_reprice('2020-01-01') >= 0;
SELECT response_id, cost_nano FROM llm_usage WHERE task_type = 'tiers';
