-- Forecast rules: one row a rule and key. value is a share of the limit that the projection must
-- reach (1 = the limit), with overrides, grants and what was carried over. A quota with split_by
-- has the keys that were used in the last 31 days; only single columns can be projected.
SELECT k.alert_id, k.value, q.id, q.metric, q.period, q.zone, {quota_limit_of:k}, q.split_by, k.key,
  q.tenant_id, q.user_id, q.api_key_id, q.session_id, q.provider, q.model, q.task_type, q.tag
FROM (
  SELECT a.id AS alert_id, a.value, a.quota_id, ?1 AS at, coalesce(c.key, '') AS key
  FROM main.llm_alert AS a JOIN main.llm_quota AS q ON q.id = a.quota_id
  LEFT JOIN (SELECT DISTINCT quota_id, key FROM main.llm_counter WHERE start >= ?1 - 31 * 86400 AND key <> '') AS c
    ON q.split_by <> '' AND c.quota_id = q.id
  WHERE a.basis = 'forecast' AND a.active AND q.active AND (q.split_by = '' OR c.key IS NOT NULL) LIMIT -1) AS k
CROSS JOIN main.llm_quota AS q ON q.id = k.quota_id
ORDER BY k.alert_id, k.key;
