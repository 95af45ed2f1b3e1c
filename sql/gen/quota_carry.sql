-- {quota_carry:c}: what quota q carries into the period of counter c (its key and start): of the last period that was touched what
-- was neither used nor held, of periods since then that were not all of their limit; at most rollover_units. A quota that is
-- not split began with the period of its `since`; one that is split, for each key when it first came.
CASE WHEN q.rollover_units = 0 OR q.kind IN ('rolling', 'bucket', 'lifetime') THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, {quota_idle:p.start, {x}.start} * {quota_limit_then:{x}} + p.rest)
  FROM (
    SELECT p.start, min(q.rollover_units, max(0, )))
