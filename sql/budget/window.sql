-- The buckets of a rolling window, oldest first, and when each leaves it, at the start of another
-- bucket: ?1 quota, ?2 key, ?3 start of the newest bucket.
SELECT w.start + ((q.span_s + q.len_s - 1) / q.len_s + 1) * q.len_s, w.used + w.held
FROM main.llm_quota AS q CROSS JOIN main.llm_counter AS w ON w.quota_id = q.id AND w.key = ?2
  AND w.start > ?3 - q.span_s - q.len_s AND w.start <= ?3
WHERE q.id = ?1 ORDER BY w.start
