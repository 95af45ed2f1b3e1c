-- {rollup_times:}: how an upsert in plain SQL adds response times (sql/schema/0010_counts.sql);
-- unknown stays unknown.
times = CASE WHEN length(times) <= 65000 THEN times || excluded.times END
