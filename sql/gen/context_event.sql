-- {context_event:r}: events of rules on context windows for the rows {x} of llm_usage (id): a call
-- whose input and output are `value` of what its model takes. context_limit and context_used of the
-- row, if they are there, are what counts. One event a rule, key and period.
INSERT INTO main.llm_alert_event(alert_id, quota_id, key, start, level_units, used_units, limit_units, at)
SELECT alert_id, quota_id, key, start, CAST(line AS INTEGER) + (line > CAST(line AS INTEGER)), used, room, unix_time
FROM (
  SELECT a.id AS alert_id, q.id AS quota_id, {quota_key:u} AS key, {quota_start:u.unix_time} AS start, u.unix_time, a.cooldown_s,
    coalesce(u.context_used, coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) AS used,
    coalesce(u.context_limit, tok_context_window(u.model)) AS room,
    a.value * coalesce(u.context_limit, tok_context_window(u.model)) AS line
  FROM {x} AS r CROSS JOIN main.llm_usage AS u ON u.id = r.id
  CROSS JOIN main.llm_alert AS a ON a.basis = 'context' AND a.active
  CROSS JOIN main.llm_quota AS q ON q.id = a.quota_id
  WHERE q.active AND {quota_covers:u} ORDER BY u.id LIMIT -1) AS f
WHERE used >= line AND room > 0
  AND (cooldown_s = 0 OR NOT EXISTS (SELECT 1 FROM main.llm_alert_event AS e
    WHERE e.alert_id = f.alert_id AND e.key = f.key AND e.state = 'raised' AND abs(e.at - f.unix_time) < f.cooldown_s))
ON CONFLICT(alert_id, key, start, step, state) DO NOTHING
