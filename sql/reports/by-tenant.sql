-- Spending by tenant, the dearest first.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/by-tenant.sql
--
-- :since (inclusive) and :until (exclusive) are times, :zone an IANA zone, :filter a filter as
-- tok_report takes it; each may be left out. Numbers are numbers: costs in dollars, shares of the
-- cost in percent.
SELECT key AS tenant, requests, input_tokens, output_tokens, total_tokens,
  round(cost_usd, 9) AS cost_usd, round(avg_cost_usd, 9) AS avg_cost_usd, round(100 * share, 1) AS share_pct,
  round(p50_ms) AS p50_ms, round(p95_ms) AS p95_ms, round(100 * cache_hit_ratio, 1) AS cache_hit_pct
FROM tok_report('tenant', :since, :until, :zone, :filter);
