-- ?1 quota, ?2 key, ?3 start, ?4 units held from now on, ?5 now, ?6 the limit. Nothing where there
-- is no such counter yet, or no room. The one writer of `held` that asks no trigger: so the test is
-- here, in the statement that writes.
UPDATE main.llm_counter SET held = held + ?4, at = ?5, usage_id = NULL
WHERE quota_id = ?1 AND key = ?2 AND start = ?3 AND used + held + ?4 <= ?6
