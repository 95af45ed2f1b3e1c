-- What a counter counts, used and held in one: ?1 quota, ?2 key, ?3 start.
SELECT used + held FROM main.llm_counter WHERE quota_id = ?1 AND key = ?2 AND start = ?3
