-- The whole ledger in one row.
DROP VIEW IF EXISTS main.llm_stats;
CREATE VIEW main.llm_stats AS
WITH tail({measures:}) AS (SELECT {measures_of_rows:at} FROM ({tail:}))
SELECT {spending:},
requests - cost_known AS unpriced,
(SELECT count(*) FROM (
  SELECT provider FROM llm_rollup WHERE dim = 'model' AND level = 0 AND requests > 0 AND provider <> x''
  UNION SELECT provider {tail_rows:} AND provider IS NOT NULL)) AS providers,
(SELECT count(*) FROM (
  SELECT model FROM llm_rollup WHERE dim = 'model' AND level = 0 AND requests > 0 AND model <> x''
  UNION SELECT model {tail_rows:} AND model IS NOT NULL)) AS models,
(SELECT count(*) FROM (
  SELECT tenant_id FROM llm_rollup WHERE dim = 'tenant_id' AND level = 0 AND requests > 0 AND tenant_id <> x''
  UNION SELECT tenant_id {tail_rows:} AND tenant_id IS NOT NULL)) AS tenants,
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
{iso:coalesce(first_at, (SELECT min(unix_time) FROM llm_usage))} AS first_at,
{iso:coalesce(last_at, (SELECT max(unix_time) FROM llm_usage))} AS last_at
FROM (
  SELECT {measures_total:} FROM (
    SELECT {measures:} FROM llm_rollup WHERE dim = 'all' AND level = 0
    UNION ALL
    SELECT {measures:} FROM tail WHERE requests > 0));
