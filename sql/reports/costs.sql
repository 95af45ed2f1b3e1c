-- What a request and what tokens cost, by model, the dearest first.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/costs.sql
--
-- :since (inclusive) and :until (exclusive) are times, :zone an IANA zone, :filter a filter as
-- tok_report takes it; each may be left out. usd_per_1k is blended: of input and output tokens
-- together. so_far_pct: with all models above.
SELECT key AS model, requests, round(cost_usd, 9) AS cost_usd, round(100 * share, 1) AS share_pct,
  round(100 * sum(share) OVER (ROWS UNBOUNDED PRECEDING), 1) AS so_far_pct,
  round(avg_cost_usd, 9) AS usd_per_request, round(1000 / tokens_per_usd, 9) AS usd_per_1k,
  round(tokens_per_usd) AS tokens_per_usd
FROM tok_report('model', :since, :until, :zone, :filter);
