-- Forecast rules: one row a rule and key. value is a share of the limit that the projection must reach (1 = the limit).
-- A quota with split_by has the keys that were used in the last 31 days; only single columns can be projected.
SELECT a.id, a.value, q.id, q.metric, q.period, q.zone, q.limit_units, q.split_by, coalesce(k.key, ''),
  q.tenant_id, q.user_id, q.api_key_id, q.session_id, q.provider, q.model, q.task_type, q.tag
FROM main.llm_alert AS a JOIN main.llm_quota AS q ON q.id = a.quota_id
LEFT JOIN (SELECT DISTINCT quota_id, key FROM main.llm_counter WHERE start >= ?1 - 31 * 86400 AND key <> '') AS k
  ON q.split_by <> '' AND k.quota_id = q.id
WHERE a.basis = 'forecast' AND a.active AND q.active AND (q.split_by = '' OR k.key IS NOT NULL)
ORDER BY a.id, k.key;
