-- Alert events that were not delivered yet, oldest first: the id, and what a command is told as
-- JSON. Deliver, then UPDATE llm_alert_event SET delivered_at = … WHERE id = …; tok-usage alerts
-- --exec does both.
--
-- :name is the name of a quota; without it all count.
SELECT e.id, json_object(
    'id', e.id, 'quota', q.name, 'key', e.key, 'basis', a.basis, 'value', a.value, 'step', e.step,
    'severity', a.severity, 'state', e.state, 'metric', iif(a.basis = 'context', 'context', q.metric), 'used', e.used_units, 'limit', e.limit_units,
    'line', e.level_units, 'period_start', strftime('%Y-%m-%dT%H:%M:%SZ', e.start, 'unixepoch'),
    'at', strftime('%Y-%m-%dT%H:%M:%SZ', e.at, 'unixepoch'), 'late', e.late, 'description', a.description) AS event
FROM llm_alert_event AS e
LEFT JOIN llm_alert AS a ON a.id = e.alert_id
LEFT JOIN llm_quota AS q ON q.id = e.quota_id
WHERE e.delivered_at IS NULL AND (:name IS NULL OR q.name = :name)
ORDER BY e.id;
