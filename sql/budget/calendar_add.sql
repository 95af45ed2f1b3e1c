-- A period of calendar ?1, from ?2 up to ?3; one that is there already is left alone.
INSERT INTO main.llm_calendar(calendar, start, stop) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
