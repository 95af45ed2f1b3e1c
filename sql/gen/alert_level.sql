-- {alert_level:c}: from how many used units of counter c on rule a fires; NULL: not yet known. `c`
-- needs key, start and allowed. Normal, for spike: the mean hour of the week before, once a day of
-- it is there. REAL: the caller rounds up. Rules of forecast and of context windows are not about
-- counters: tok looks.
CASE a.basis
  WHEN 'percent' THEN a.value * {x}.allowed
  WHEN 'remaining' THEN {x}.allowed - a.value
  WHEN 'spike' THEN (
    SELECT a.value * sum(w.used) * 3600 / ({x}.start - min(w.start))
    FROM llm_counter AS w WHERE w.quota_id = a.watch_id AND w.key = {x}.key AND w.start < {x}.start
      AND w.start >= {x}.start - 604800
    GROUP BY w.quota_id, w.key -- one group; SQLite before 3.39 has no HAVING without
    HAVING min(w.start) <= {x}.start - 86400 AND sum(w.used) > 0)
  WHEN 'forecast' THEN NULL
  WHEN 'context' THEN NULL
  ELSE a.value
  END
