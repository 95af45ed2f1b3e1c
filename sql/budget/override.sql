-- ?1 quota, ?2 key, ?3 units, ?4 since, ?5 until or NULL, ?6 reason.
INSERT INTO main.llm_quota_override(quota_id, key, limit_units, since, until, reason)
VALUES (?1, ?2, ?3, ?4, coalesce(?5, 253402300800), ?6)
ON CONFLICT(quota_id, key) DO UPDATE SET limit_units = excluded.limit_units, since = excluded.since,
  until = excluded.until, reason = excluded.reason
