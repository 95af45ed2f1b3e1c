-- Spending by model, as a table for people; llm_by_model has the same as numbers.
--
--     sqlite3 -box app.db '.parameter set :since 2026-01-01' '.read sql/reports/by-model.sql'
--
-- :since (inclusive) and :until (exclusive) are times, ISO-8601 text; without them the whole ledger counts.
SELECT coalesce(model, '-') AS model,
  printf('%,d', count(*)) AS requests,
  printf('%,d', sum(input_tokens)) AS input_tokens,
  printf('%,d', sum(output_tokens)) AS output_tokens,
  printf('%.4f', sum(cost_nano) / 1e9) AS cost_usd,
  printf('%.6f', sum(cost_nano) / 1e9 / count(cost_nano)) AS avg_cost_usd,
  printf('%.1f %%', 100.0 * sum(cost_nano) / sum(sum(cost_nano)) OVER ()) AS share,
  count(*) - count(cost_nano) AS unpriced
FROM llm_usage
WHERE unix_time >= coalesce(CAST(strftime('%s', :since) AS INTEGER), -9223372036854775808)
  AND unix_time < coalesce(CAST(strftime('%s', :until) AS INTEGER), 9223372036854775807)
GROUP BY 1 ORDER BY sum(cost_nano) DESC, 1;
