-- ?1 name.
SELECT id, metric, period, zone, kind = 'rolling' OR kind = 'bucket', coalesce(unit, '') FROM main.llm_quota WHERE name = ?1
