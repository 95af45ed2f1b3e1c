-- The whole ledger in one row.
DROP VIEW IF EXISTS main.llm_stats;
CREATE VIEW main.llm_stats AS
SELECT count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  count(*) - count(cost_nano) AS unpriced,
  count(DISTINCT provider) AS providers,
  count(DISTINCT model) AS models,
  count(DISTINCT tenant_id) AS tenants,
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage;
