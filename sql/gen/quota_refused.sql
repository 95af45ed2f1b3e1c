-- {quota_refused:-}: does quota q refuse what counter c was changed for? u is the row of llm_usage,
-- NULL for a hold; c.allowed the limit now; c.look says what it was
-- (triggers/llm_quota_counter.sql). A call that settles a hold is never refused.
q.action = 'block' AND q.active
  AND iif(c.look & 1, q.guard <> 'none', q.guard = 'write' AND NOT EXISTS (SELECT 1 FROM llm_meta WHERE key = 'repricing'))
  AND NOT EXISTS (SELECT 1 FROM llm_hold AS h
    WHERE h.ref = u.request_id AND iif(c.look & 1, coalesce(h.usage_id, u.id) = u.id, h.usage_id IS NULL))
  AND (c.start = -9000000000000000000
    OR c.look & 5 AND q.metric = 'cost' AND q.unpriced = 'deny' AND u.id IS NOT NULL AND u.cost_nano IS NULL AND u.cost_usd IS NULL
    OR CASE q.kind
        WHEN 'bucket' THEN c.allowed * q.span_s < c.debt
        WHEN 'rolling' THEN c.allowed < (
          SELECT sum(w.used) + sum(w.held) FROM llm_counter AS w WHERE w.quota_id = c.quota_id AND w.key = c.key
            AND w.start > c.start - q.span_s - q.len_s AND w.start < c.start + q.span_s + q.len_s)
        ELSE c.allowed < c.used + c.held END
      AND (u.id IS NULL OR c.look & 2 OR c.look & 1 AND {quota_amount:u} > 0))
