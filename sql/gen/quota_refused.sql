-- {quota_refused:-}: does quota q refuse what counter c was changed for? u is the row of llm_usage, NULL for a hold; c.allowed the
-- limit now. A call that settles a hold is never refused.
c.look & 1 AND q.action = 'block' AND q.guard = 'insert' AND q.active
  AND NOT EXISTS (SELECT 1 FROM llm_hold AS h WHERE h.ref = u.request_id AND coalesce(h.usage_id, u.id) = u.id)
  AND (c.start = -9000000000000000000
    OR q.metric = 'cost' AND q.unpriced = 'deny' AND u.id IS NOT NULL AND u.cost_nano IS NULL AND u.cost_usd IS NULL
    OR c.allowed < CASE q.kind WHEN 'rolling' THEN (
          SELECT sum(w.used) + sum(w.held) FROM llm_counter AS w WHERE w.quota_id = c.quota_id AND w.key = c.key
            AND w.start > c.start - q.span_s - q.len_s AND w.start < c.start + q.span_s + q.len_s)
        ELSE c.used + c.held END
      AND (u.id IS NULL OR {quota_amount:u} > 0))
