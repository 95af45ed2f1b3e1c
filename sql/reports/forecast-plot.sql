-- What was and what comes, one row a bucket: history has `actual`, the future `forecast`, `lower`
-- and `upper`.
--
-- :metric is cost, input, output, total or requests; :bucket hour, day or week; :horizon buckets
-- ahead (14); :level of the interval (0.8); :filter a JSON object; :zone; :now in place of the
-- clock, which for a ledger that nobody writes any more is its newest row (tok_forecast).
WITH asked AS (
  SELECT coalesce(:metric, 'cost') AS metric, coalesce(:bucket, 'day') AS bucket, coalesce(:horizon, 14) AS horizon,
    json_patch(coalesce(:filter, '{}'), CASE WHEN :zone IS NULL THEN '{}' ELSE json_object('zone', :zone) END) AS filter,
    CAST(strftime('%s', coalesce(:now, 'now')) AS INTEGER) AS now,
    iif(:now IS NULL, (SELECT max(unix_time) FROM llm_usage), NULL) AS newest),
  past AS (
    SELECT r.key, CASE metric WHEN 'cost' THEN r.cost_usd WHEN 'input' THEN r.input_tokens
      WHEN 'output' THEN r.output_tokens WHEN 'total' THEN r.total_tokens ELSE r.requests END AS actual
    FROM asked, tok_report(asked.bucket,
      min(now, coalesce(newest, now)) - 60 * CASE bucket WHEN 'hour' THEN 3600 WHEN 'week' THEN 604800 ELSE 86400 END,
      now, :zone, :filter) AS r)
SELECT key AS ts, actual, NULL AS forecast, NULL AS lower, NULL AS upper FROM past
UNION ALL
SELECT f.ts, NULL, f.forecast, f.lower, f.upper
FROM asked, tok_forecast(asked.metric, asked.bucket, asked.horizon, asked.filter, coalesce(:level, 0.8), :now) AS f;
