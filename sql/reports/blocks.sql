-- Activity in blocks of :hours (5), with the rate at which they burn tokens and where the active
-- one is going.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/blocks.sql
--
-- :since (inclusive) and :until (exclusive) are times of a block's start; each parameter may be
-- left out.
SELECT start, "end", CASE WHEN active THEN 'active' ELSE '' END AS state, requests, total_tokens,
  round(cost_usd, 9) AS cost_usd, round(tokens_per_min, 1) AS tokens_per_min, round(cost_per_hour, 9) AS cost_per_hour,
  projected_tokens, round(projected_cost_usd, 9) AS projected_cost_usd, models
FROM tok_blocks(coalesce(:hours, 5))
WHERE (:since IS NULL OR start >= strftime('%Y-%m-%dT%H:%M:%SZ', :since))
  AND (:until IS NULL OR start < strftime('%Y-%m-%dT%H:%M:%SZ', :until))
ORDER BY start;
