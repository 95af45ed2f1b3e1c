-- What open holds that have expired by ?4 still park, since nobody has swept them: ?1 quota, ?2
-- key, ?3 start of the counter (of a rolling window: of the bucket of now).
SELECT coalesce(sum(i.units), 0)
FROM main.llm_quota AS q CROSS JOIN main.llm_hold AS h ON h.state = 'held' AND h.expires <= ?4
CROSS JOIN main.llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = q.id
WHERE q.id = ?1 AND i.key = ?2 AND iif(q.kind = 'rolling',
  i.start > ?3 - q.span_s - q.len_s AND i.start < ?3 + q.span_s + q.len_s, i.start = ?3)
