-- Rows that are odd in an export: unpriced by the list, free, without provider and model, with tags
-- of both kinds, with fees, of a region, at the end of a month.
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, cost_usd, tags, tenant_id) VALUES
  ('2026-01-01', 'x', 'unlisted', 5, 5, 0.01, '["a","b"]', NULL),
  ('2026-01-31T23:30:00Z', 'openai', 'gpt-4o', 5, 5, 0, '{"app":"x","n":1}', 'acme'),
  ('2026-01-01', NULL, NULL, 5, 5, 0.25, NULL, 'a,"b"'),
  ('2026-12-31T23:59:59Z', 'aws', 'us.anthropic.claude-sonnet-4-20250514-v1:0', 500, 5, NULL, NULL, 'acme');
INSERT INTO tok_responses(response, timestamp) VALUES ('{"id":"m1","type":"message","model":"claude-sonnet-4-20250514",
  "usage":{"input_tokens":100,"output_tokens":10,"server_tool_use":{"web_search_requests":3}}}', '2026-01-01');
