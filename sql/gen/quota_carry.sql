-- {quota_carry:c}: what quota q carries into the period of counter c (its key and start) from the one before: what was
-- neither used nor held, at most rollover_units. Of several periods without any usage one is taken: never too much.
CASE WHEN q.rollover_units = 0 OR q.kind = 'rolling' THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, CASE WHEN p.start = {quota_start:({x}.start - 1)} THEN 0 ELSE q.limit_units END
    + min(q.rollover_units, max(0, q.limit_units + p.carried - p.used - p.held)))
  FROM llm_counter AS p
  WHERE p.quota_id = q.id AND p.key = {x}.key AND p.start < {x}.start AND p.start > -9000000000000000000
  ORDER BY p.start DESC LIMIT 1), 0) END
