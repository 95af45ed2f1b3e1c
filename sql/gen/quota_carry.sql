-- {quota_carry:c}: what quota q carries into the period of counter c (its key and start): what the
-- last period that was touched neither used nor held, and all of the limit of those since then; at
-- most rollover_units. A quota that is not split began with the period of its `since`, if it has
-- one; where it is split, each key began when it first came.
CASE WHEN q.rollover_units = 0 OR q.kind = 'rolling' THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, max(0, n - 1) * units + min(q.rollover_units, max(0, units + rest)))
  FROM (
    SELECT rest, {quota_limit_then:{x}} AS units, {quota_periods:{x}} AS n
    FROM (
      SELECT start, rest FROM (
        SELECT p.start, p.carried - p.used - p.held AS rest FROM llm_counter AS p
        WHERE p.quota_id = q.id AND p.key = {x}.key AND p.start < {x}.start AND p.start > -9000000000000000000
        ORDER BY p.start DESC LIMIT 1)
      UNION ALL SELECT q.since, 0 WHERE q.split_by = '' AND q.since > 0 AND q.since < {x}.start
        AND NOT EXISTS (SELECT 1 FROM llm_counter AS p WHERE p.quota_id = q.id AND p.key = '' AND p.start < {x}.start)
    ) AS f LIMIT 1)), 0) END
