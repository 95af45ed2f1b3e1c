-- Columns that decide what is counted: written only if one differs, since writing counts anew.
UPDATE main.llm_quota SET active = n.active, tenant_id = n.tenant_id, user_id = n.user_id, api_key_id = n.api_key_id,
  session_id = n.session_id, provider = n.provider, model = n.model, task_type = n.task_type, tag = n.tag,
  split_by = n.split_by, metric = n.metric, period = n.period, zone = n.zone, since = n.since, hold_size = n.hold_size,
  unpriced = n.unpriced, unpriced_nano = n.unpriced_nano
FROM (
  SELECT id, coalesce(?9, active) AS active, coalesce(?10, tenant_id) AS tenant_id, coalesce(?11, user_id) AS user_id,
    coalesce(?12, api_key_id) AS api_key_id, coalesce(?13, session_id) AS session_id, coalesce(?14, provider) AS provider,
    coalesce(?15, model) AS model, coalesce(?16, task_type) AS task_type, coalesce(?17, tag) AS tag,
    coalesce(?18, split_by) AS split_by, coalesce(?19, metric) AS metric, coalesce(?20, period) AS period,
    coalesce(?21, zone) AS zone, iif(?20 IS NULL AND ?26 = 0, since, coalesce(?22, since)) AS since,
    coalesce(?23, hold_size) AS hold_size, coalesce(?24, unpriced) AS unpriced, coalesce(?25, unpriced_nano) AS unpriced_nano
  FROM main.llm_quota WHERE name = ?1) AS n
WHERE llm_quota.id = n.id AND (llm_quota.active, llm_quota.tenant_id, llm_quota.user_id, llm_quota.api_key_id,
    llm_quota.session_id, llm_quota.provider, llm_quota.model, llm_quota.task_type, llm_quota.tag, llm_quota.split_by,
    llm_quota.metric, llm_quota.period, llm_quota.zone, llm_quota.hold_size, llm_quota.unpriced, llm_quota.unpriced_nano)
  IS NOT (n.active, n.tenant_id, n.user_id, n.api_key_id, n.session_id, n.provider, n.model, n.task_type, n.tag,
    n.split_by, n.metric, n.period, n.zone, n.hold_size, n.unpriced, n.unpriced_nano)
  OR llm_quota.id = n.id AND ?26 = 1 AND llm_quota.since <> n.since
