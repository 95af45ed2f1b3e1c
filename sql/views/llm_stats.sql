-- The whole ledger in one row.
DROP VIEW IF EXISTS main.llm_stats;
CREATE VIEW main.llm_stats AS
SELECT {spending:},
requests - cost_known AS unpriced,
(SELECT count(provider) FROM llm_by_provider) AS providers,
(SELECT count(model) FROM llm_by_model) AS models,
(SELECT count(*) FROM (
  SELECT tenant_id FROM llm_rollup WHERE dim = 'tenant_id' AND level = 0 AND requests > 0 AND tenant_id <> x''
  UNION SELECT tenant_id FROM llm_rollup_tail WHERE tenant_id IS NOT NULL)) AS tenants,
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
strftime('%Y-%m-%dT%H:%M:%SZ',
  coalesce(first_at, (SELECT min(unix_time) FROM llm_usage)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ',
  coalesce(last_at, (SELECT max(unix_time) FROM llm_usage)), 'unixepoch') AS last_at
FROM (
  SELECT {measures_total:} FROM (
    SELECT {measures:} FROM llm_rollup WHERE dim = 'all' AND level = 0
    UNION ALL
    SELECT {measures:} FROM llm_rollup_tail));
