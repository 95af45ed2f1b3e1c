INSERT INTO main.llm_calendar(calendar, start, stop) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
