-- Tables llm_usage from before tok whose columns kept whatever was written: every row comes along,
-- and what can't be what its column says stays readable in tags.
CREATE TABLE llm_usage(id INTEGER, timestamp, provider, model, task_type, input_tokens, output_tokens, total_tokens, cost_usd,
  response_time_ms, created_at);
INSERT INTO llm_usage(id, timestamp, provider, model, input_tokens, output_tokens, cost_usd) VALUES
  (7, 1767607200, 'openai', 'gpt-4o', 1, 2, 0.5),
  (7, '1767607200', 'openai', 'gpt-4o', '12', '5', '0.25'),           -- numbers as text; the id again
  (NULL, 1767607200.75, 'openai', 'gpt-4o', 3.0, 4, 9e999),           -- infinity is no JSON
  (-7, 1767607200123, 'openai', 'gpt-4o', 5, 6, -9e999),
  (8, '1767607200123', 'openai', 'gpt-4o', 4611686018427387904, 6, 0),  -- such sums would not fit
  (9, 2461046.5, 'openai', 'gpt-4o', 4611686018427387904, '-6', 'free'),  -- a Julian day
  (10, '12:00 or so', 'openai', 'gpt-4o', 1.5, '3 tokens', x'00'),
  (11, '2026-01-05T23:59:59.999612', 'openai', 'gpt-4o', 0, 0, 0);
SELECT tok_init() > 0;
SELECT count(*), sum(id = 7), sum(input_tokens), sum(output_tokens), sum(cost_usd) FROM llm_usage;
SELECT timestamp, input_tokens, output_tokens, cost_usd, tags FROM llm_usage ORDER BY id;
SELECT count(*) FROM tok_audit();
SELECT requests, total_tokens, cost_usd FROM llm_stats;
