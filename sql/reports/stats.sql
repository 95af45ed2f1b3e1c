-- A range of time in one row.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/stats.sql
--
-- :since (inclusive) and :until (exclusive) are times, :zone an IANA zone, :filter a filter as tok_report takes it;
-- each may be left out. unpriced: requests of the whole ledger without a price.
SELECT requests, input_tokens, output_tokens, total_tokens, round(cost_usd, 6) AS cost_usd,
  round(avg_cost_usd, 6) AS avg_cost_usd, round(avg_tokens, 1) AS avg_tokens,
  round(1.0 * output_tokens / nullif(input_tokens, 0), 3) AS output_input_ratio,
  round(100 * cache_hit_ratio, 1) AS cache_hit_pct, round(tokens_per_usd) AS tokens_per_usd,
  round(p50_ms) AS p50_ms, round(p95_ms) AS p95_ms, round(p99_ms) AS p99_ms,
  coalesce((SELECT sum(u.requests) FROM llm_unpriced AS u), 0) AS unpriced
FROM tok_report('all', :since, :until, :zone, :filter);
