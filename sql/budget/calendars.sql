-- Calendars that counters need, and from where to where they are filled: ?1 now. One row a
-- calendar.
SELECT q.period, q.zone, min(max(q.since, coalesce((SELECT min(unix_time) FROM main.llm_usage), ?1))),
  (SELECT min(start) FROM main.llm_calendar AS c WHERE c.calendar = q.calendar),
  (SELECT max(stop) FROM main.llm_calendar AS c WHERE c.calendar = q.calendar), q.calendar
FROM main.llm_quota AS q WHERE q.kind = 'calendar' AND q.active GROUP BY q.calendar
