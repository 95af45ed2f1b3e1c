-- {window_around:c}: what the other buckets count of the rolling window of quota q that ends with
-- counter c; else 0.
CASE q.kind WHEN 'rolling' THEN (SELECT coalesce(sum(w.used), 0) FROM llm_counter AS w
    WHERE w.quota_id = q.id AND w.key = {x}.key AND w.start > {x}.start - q.span_s - q.len_s AND w.start < {x}.start)
  ELSE 0 END
