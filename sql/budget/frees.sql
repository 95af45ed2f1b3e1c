-- What leaves a counter by itself, and when, soonest first: open holds that expire, and of a
-- rolling window its buckets, at the start of another bucket. ?1 quota, ?2 key, ?3 start (of the
-- bucket of now), ?4 now: what has expired until then is not there any more.
SELECT at, units FROM (
  SELECT w.start + ((q.span_s + q.len_s - 1) / q.len_s + 1) * q.len_s AS at, w.used AS units
  FROM main.llm_quota AS q CROSS JOIN main.llm_counter AS w ON w.quota_id = q.id AND w.key = ?2
    AND w.start > ?3 - q.span_s - q.len_s AND w.start < ?3 + q.span_s + q.len_s
  WHERE q.id = ?1 AND q.kind = 'rolling'
  UNION ALL
  SELECT min(h.expires, iif(q.kind = 'rolling',
      i.start + ((q.span_s + q.len_s - 1) / q.len_s + 1) * q.len_s, 9223372036854775807)), i.units
  FROM main.llm_quota AS q CROSS JOIN main.llm_hold AS h ON h.state = 'held' AND h.expires > ?4
  CROSS JOIN main.llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = q.id
  WHERE q.id = ?1 AND i.key = ?2 AND iif(q.kind = 'rolling',
    i.start > ?3 - q.span_s - q.len_s AND i.start < ?3 + q.span_s + q.len_s, i.start = ?3))
ORDER BY at
