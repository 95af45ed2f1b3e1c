-- ?1 name.
SELECT id, metric, period, zone, kind = 'rolling' FROM main.llm_quota WHERE name = ?1
