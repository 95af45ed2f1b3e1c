-- {window_used:c}: what counter c of quota q counts; of a rolling window all buckets of the one
-- that ends with c.
CASE q.kind WHEN 'rolling' THEN (SELECT sum(w.used) FROM llm_counter AS w
    WHERE w.quota_id = q.id AND w.key = {x}.key AND w.start > {x}.start - q.span_s - q.len_s AND w.start <= {x}.start)
  ELSE {x}.used END
