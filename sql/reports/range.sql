-- A range of time day by day, with what it has come to so far.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/range.sql
--
-- :since (inclusive) and :until (exclusive) are times, :zone an IANA zone, :filter a filter as
-- tok_report takes it; each may be left out.
SELECT key AS day, requests, total_tokens, round(cost_usd, 9) AS cost_usd,
  sum(requests) OVER (ORDER BY key) AS requests_so_far,
  sum(total_tokens) OVER (ORDER BY key) AS tokens_so_far,
  round(sum(cost_usd) OVER (ORDER BY key), 9) AS cost_usd_so_far
FROM tok_report('day', :since, :until, :zone, :filter) ORDER BY key;
