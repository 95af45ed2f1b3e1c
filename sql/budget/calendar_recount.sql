-- Counters that no period was known for find their places: writing `since` counts anew. ?1
-- calendar.
UPDATE main.llm_quota SET since = since WHERE calendar = ?1 AND EXISTS (
  SELECT 1 FROM main.llm_counter WHERE quota_id = llm_quota.id AND start = -9000000000000000000)
