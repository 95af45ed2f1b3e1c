-- {quota_given:c}: what of the limit of the period of counter c of quota q was carried to a later
-- one, where it may be used up: so late rows do not find it again. Periods between that nobody has
-- touched gave theirs first.
CASE WHEN q.rollover_units = 0 OR {x}.start = -9000000000000000000 THEN 0 ELSE coalesce((
  SELECT min(units + {x}.carried, max(0, carried - max(0, n - 1) * units)) FROM (
    SELECT g.carried, {quota_limit_then:g} AS units, {quota_periods:g} AS n
    FROM (SELECT {x}.start AS start) AS f CROSS JOIN (
      SELECT w.key, w.start, w.carried FROM llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = {x}.key AND w.start > {x}.start ORDER BY w.start LIMIT 1) AS g)), 0) END
