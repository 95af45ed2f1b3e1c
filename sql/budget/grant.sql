-- ?1 quota, ?2 key, ?3 units, ?4 since, ?5 until or NULL, ?6 reason, ?7 priority.
INSERT INTO main.llm_grant(quota_id, key, units, since, until, reason, priority)
VALUES (?1, ?2, ?3, ?4, coalesce(?5, 253402300800), ?6, coalesce(?7, 0))
