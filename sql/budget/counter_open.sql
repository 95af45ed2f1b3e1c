-- ?1 to ?5 as in counter_park.sql, where that did nothing: as triggers/llm_quota_hold.sql does it,
-- guard and all.
INSERT INTO main.llm_counter(quota_id, key, start, held, checks, at) VALUES (?1, ?2, ?3, ?4, ?4 > 0, ?5)
ON CONFLICT(quota_id, key, start) DO UPDATE SET held = held + excluded.held, checks = checks + excluded.checks,
  at = excluded.at, usage_id = NULL
