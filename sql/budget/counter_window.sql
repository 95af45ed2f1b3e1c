-- What a rolling window and its other side count: ?1 quota, ?2 key, between ?3 and ?4. One row a
-- bucket that is not empty.
SELECT sum(used + held) FROM main.llm_counter WHERE quota_id = ?1 AND key = ?2 AND start > ?3 AND start < ?4
