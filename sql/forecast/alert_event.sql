-- One event a rule, key and period, however often the projection is made; nothing within a rule's
-- cooldown.
INSERT INTO main.llm_alert_event(alert_id, quota_id, key, start, step, state, level_units, used_units, limit_units, at)
SELECT a.id, ?2, ?3, ?4, 0, 'raised', ?5, ?6, ?7, ?8 FROM main.llm_alert AS a
WHERE a.id = ?1 AND (a.cooldown_s = 0 OR NOT EXISTS (SELECT 1 FROM main.llm_alert_event AS e
  WHERE e.alert_id = a.id AND e.key = ?3 AND e.at > ?8 - a.cooldown_s))
ON CONFLICT DO NOTHING;
