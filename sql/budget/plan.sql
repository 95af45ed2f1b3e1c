-- The quotas in the order of their routes, for ext/budget/plan.h: ?1 at most so many.
SELECT id, route, pattern, tag_text, kind, metric, action, hold_size, split_by, calendar, limit_units, coalesce(soft_units, -1), since,
  coalesce(span_s, 0), coalesce(len_s, 0), coalesce(anchor_s, 0), months,
  (tenant_id = '*') + (user_id = '*') + (api_key_id = '*') + (session_id = '*') + (provider = '*') + (model = '*')
    + (task_type = '*'),
  special OR rollover_units > 0
FROM main.llm_quota WHERE route IS NOT NULL ORDER BY route LIMIT ?1
