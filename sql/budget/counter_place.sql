-- The period of calendar ?1 that holds ?2; no row or NULL: the calendar does not reach it.
SELECT iif(stop > ?2, start, NULL) FROM main.llm_calendar WHERE calendar = ?1 AND start <= ?2 ORDER BY start DESC LIMIT 1
