-- The tightest quota without keys whose scope, metric and period are exactly what a projection is
-- about, with overrides, grants and what was carried over. ?1 metric, ?2 period, ?3 now; a scope
-- value that was not given is '*'. Cost is in nano-dollars.
SELECT q.name, {quota_limit_of:k} AS units FROM main.llm_quota AS q CROSS JOIN (SELECT '' AS key, ?3 AS at) AS k
WHERE active AND hourly_of IS NULL AND split_by = '' AND metric = ?1 AND lower(period) = lower(?2)
  AND tenant_id = coalesce(:tenant_id, '*') AND user_id = coalesce(:user_id, '*')
  AND api_key_id = coalesce(:api_key_id, '*') AND session_id = coalesce(:session_id, '*')
  AND lower(provider) = lower(coalesce(:provider, '*')) AND lower(model) = lower(coalesce(:model, '*'))
  AND task_type = coalesce(:task_type, '*') AND tag = coalesce(:tag, '*')
ORDER BY units, name LIMIT 1;
