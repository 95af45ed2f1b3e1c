-- {quota_promised:c}: what open holds of other periods will need of the grants of counter c's key,
-- beyond their limits. A hold lives for a week at most. Where an override may have been the limit
-- then, the lower of the two is taken.
coalesce((SELECT sum(max(0, w.used + w.held - w.carried
    - coalesce((SELECT min(q.limit_units, o.limit_units) FROM llm_quota_override AS o
      WHERE o.quota_id = q.id AND o.key = w.key), q.limit_units)
    - coalesce((SELECT sum(g.units) FROM llm_grant_use AS g
      WHERE g.quota_id = q.id AND g.key = w.key AND g.start = w.start), 0)))
  FROM llm_counter AS w WHERE w.quota_id = q.id AND w.key = {x}.key AND w.held > 0 AND w.start <> {x}.start
    AND w.start > {x}.at - 604800 - iif(q.kind = 'fixed', q.len_s, 31622400)), 0)
