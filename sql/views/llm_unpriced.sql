-- Requests without a cost, by model: no price is known, or nobody with tok has priced them (tok_reprice).
DROP VIEW IF EXISTS main.llm_unpriced;
CREATE VIEW main.llm_unpriced AS
SELECT provider, model,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage WHERE cost_nano IS NULL GROUP BY provider, model;
