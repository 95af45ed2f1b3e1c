-- Alerts, the newest first, as a table for people; llm_alert_event is the outbox itself.
--
--     sqlite3 -box app.db '.parameter set :since 2026-01-01' '.read sql/reports/alerts.sql'
--
-- :since (inclusive) and :until (exclusive) are times, ISO-8601 text; :name is that of a quota;
-- :undelivered 1 shows those alone that have no delivered_at. Each may be left out.
SELECT e.id, strftime('%Y-%m-%dT%H:%M:%SZ', e.at, 'unixepoch') AS at, q.name || CASE e.key WHEN '' THEN '' ELSE ' / ' || e.key END AS budget,
  CASE a.basis WHEN 'percent' THEN printf('%g %% of the limit', 100 * a.value) WHEN 'spike' THEN printf('%g times normal', a.value)
    WHEN 'context' THEN printf('%g %% of the context window', 100 * a.value)
    ELSE a.basis || ' ' || printf('%g', a.value) END || iif(e.step > 0, ', step ' || e.step, '') AS rule,
  a.severity, e.state, iif(q.metric = 'cost' AND a.basis <> 'context', e.used_units / 1e9, e.used_units) AS used,
  iif(q.hourly_of IS NOT NULL, '-', iif(q.metric = 'cost' AND a.basis <> 'context', e.limit_units / 1e9, e.limit_units)) AS "limit", iif(e.late, 'late', '') AS late,
  coalesce(e.delivered_at, '-') AS delivered_at
FROM llm_alert_event AS e LEFT JOIN llm_alert AS a ON a.id = e.alert_id LEFT JOIN llm_quota AS q ON q.id = e.quota_id
WHERE e.at >= coalesce(CAST(strftime('%s', :since) AS INTEGER), -9223372036854775808)
  AND e.at < coalesce(CAST(strftime('%s', :until) AS INTEGER), 9223372036854775807)
  AND (:name IS NULL OR q.name = :name)
  AND (coalesce(:undelivered, 0) = 0 OR e.delivered_at IS NULL)
ORDER BY e.id DESC;
