-- A new quota; what was not given (NULL) has its default. ?1 name, then as in set_update.sql and
-- set_structure.sql.
INSERT INTO main.llm_quota(name, limit_units, soft_units, action, guard, rollover_units, parent, description, active,
  tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by, metric, period, zone, since,
  hold_size, unpriced, unpriced_nano, unit)
SELECT ?1, ?2, ?3, coalesce(?4, 'block'), coalesce(?5, 'insert'), coalesce(?6, 0), ?7, ?8, coalesce(?9, 1),
  coalesce(?10, '*'), coalesce(?11, '*'), coalesce(?12, '*'), coalesce(?13, '*'), coalesce(?14, '*'), coalesce(?15, '*'),
  coalesce(?16, '*'), coalesce(?17, '*'), coalesce(?18, ''), ?19, coalesce(?20, 'month'), coalesce(?21, 'UTC'),
  coalesce(?22, 0), coalesce(?23, 'max'), coalesce(?24, 'deny'), coalesce(?25, 0), ?27
