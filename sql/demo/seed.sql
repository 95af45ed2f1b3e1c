-- make analytics:seed: 60 days of made-up traffic of three tenants, up to today. The same rows each
-- time, so a second run adds nothing.
BEGIN;
WITH RECURSIVE
hour(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM hour WHERE i < 60 * 24 - 1),
kind(tenant_id, task_type, provider, model, input, output, every, cached) AS (VALUES
  ('acme', 'chat', 'openai', 'gpt-4o', 1800, 350, 1, 4), ('acme', 'summary', 'anthropic', 'claude-sonnet-4', 9000, 600, 3, 2),
  ('globex', 'code', 'anthropic', 'claude-sonnet-4', 14000, 1200, 2, 1), ('globex', 'chat', 'openai', 'gpt-4o-mini', 900, 250, 1, 8),
  ('initech', 'search', 'google', 'gemini-2.5-flash', 2500, 120, 2, 3)),
one AS (
  SELECT *, (i * 7919 + length(model) * 104729 + length(task_type) * 1299709) % 1000 AS noise,
    (strftime('%s', 'now') / 86400 - 59) * 86400 + i * 3600 AS at
  FROM hour JOIN kind ON i % every = 0),
request AS (  -- busy by day, quiet at night and on weekends
  SELECT *, CAST(input * (0.5 + noise / 1000.0) * CASE WHEN i % 24 BETWEEN 8 AND 18 THEN 1.0 ELSE 0.3 END
    * CASE strftime('%w', at, 'unixepoch') WHEN '0' THEN 0.4 WHEN '6' THEN 0.5 ELSE 1.0 END AS INTEGER) AS tokens
  FROM one)
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, session_id, response_id, input_tokens,
  output_tokens, cache_read_tokens, response_time_ms, value_usd)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', at + noise * 3, 'unixepoch'), provider, model, task_type, tenant_id,
  tenant_id || '-' || (noise % 7), tenant_id || '-' || (i / 6), 'seed-' || tenant_id || '-' || task_type || '-' || at,
  tokens, output * (500 + noise) / 1000, CASE WHEN noise % cached = 0 THEN tokens * 6 / 10 END, 300 + noise * output / 200,
  CASE WHEN task_type = 'summary' THEN 0.08 END
FROM request WHERE at <= CAST(strftime('%s', 'now') AS INTEGER);
COMMIT;
