-- Where each budget stands, as a table for people; tok_quota_status has the same as numbers.
--
--     sqlite3 -box app.db '.load ./tok' '.parameter set :name acme-day' \
--             '.read sql/reports/budget.sql'
--
-- :name is that of a quota, :now a time (ISO-8601 text); without them all quotas, now. Amounts of
-- cost_usd are dollars.
SELECT quota || CASE key WHEN '' THEN '' ELSE ' / ' || key END AS budget, metric, period,
  printf(iif(metric = 'cost_usd', '%.4f', '%,d'), used) AS used,
  printf(iif(metric = 'cost_usd', '%.4f', '%,d'), held) AS held,
  printf(iif(metric = 'cost_usd', '%.4f', '%,d'), "limit") AS "limit",
  substr('####################', 1, CAST(min(20, max(0, pct / 5)) AS INTEGER))
    || substr('....................', 1, 20 - CAST(min(20, max(0, pct / 5)) AS INTEGER))
    || printf(' %5.1f %%', pct) AS bar,
  iif(decision = 'allow', '', decision) AS now_says,
  coalesce(exhausted_at, '-') AS exhausted_at, coalesce(resets_at, '-') AS resets_at, guarantee
FROM tok_quota_status(coalesce(:name, ''), coalesce(:now, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
ORDER BY pct DESC, budget;
