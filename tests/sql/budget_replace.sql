-- What an UPDATE OR REPLACE takes away makes room before the guard looks at the row that stays,
-- also where its total follows its tokens by a trigger.
SELECT tok_init() > 0;
SELECT tok_quota_set('day', '{"metric":"total","limit":100,"period":"day","guard":"write"}', '2026-03-01') > 0;
INSERT INTO llm_usage(id, timestamp, provider, response_id, input_tokens, output_tokens) VALUES
  (1, '2026-03-01T10:00:00Z', 'openai', 'r0', 80, 10), (2, '2026-03-01T11:00:00Z', 'openai', 'r1', 3, 2);
UPDATE llm_usage SET output_tokens = 40 WHERE id = 2;
UPDATE OR REPLACE llm_usage SET response_id = 'r0', output_tokens = 40 WHERE id = 2;
SELECT id, total_tokens FROM llm_usage;
SELECT used FROM llm_counter;
-- one too many
UPDATE OR REPLACE llm_usage SET response_id = 'r2', output_tokens = 98 WHERE id = 2;
SELECT used FROM llm_counter;
SELECT count(*) FROM tok_audit();
