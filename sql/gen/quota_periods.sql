-- {quota_periods:c}: how many periods of quota q there are from the start of f to that of c.
CASE q.kind
  WHEN 'fixed' THEN ({x}.start - f.start + q.len_s - 1) / q.len_s
  WHEN 'month' THEN (strftime('%Y', {x}.start, 'unixepoch') * 12 + strftime('%m', {x}.start, 'unixepoch')
    - strftime('%Y', f.start, 'unixepoch') * 12 - strftime('%m', f.start, 'unixepoch') + q.months - 1) / q.months
  ELSE (SELECT count(*) FROM llm_calendar AS i WHERE i.calendar = q.calendar AND i.start < {x}.start AND i.stop > f.start)
  END
