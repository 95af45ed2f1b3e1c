-- What was not normal, and who caused it, as a table for people; SELECT * FROM tok_anomalies has
-- the same as numbers.
--
--     sqlite3 -box app.db '.load tok' '.parameter set :bucket hour' \
--             '.read sql/reports/anomalies.sql'
--
-- :metric (default cost), :bucket (default day), :filter (JSON), :zone, :threshold (standard
-- deviations, default 4) and :now are those of tok_anomalies; :since and :until are times, ISO-8601
-- text. A parameter that is not set is left out.
SELECT start, "end",
  printf(iif(coalesce(:metric, 'cost') = 'cost', '%,.2f', '%,.0f'), actual) AS actual,
  printf(iif(coalesce(:metric, 'cost') = 'cost', '%,.2f', '%,.0f'), expected) AS expected,
  printf(iif(coalesce(:metric, 'cost') = 'cost', '%+,.2f', '%+,.0f'), impact) AS impact,
  coalesce(printf('%+.0f %%', impact_pct), '-') AS change,
  round(score, 1) AS score, direction, coalesce(cause, '-') AS cause
FROM tok_anomalies(coalesce(:metric, 'cost'), coalesce(:bucket, 'day'),
  iif(:zone IS NULL, :filter, json_set(coalesce(:filter, '{}'), '$.zone', :zone)), :threshold, NULL, NULL, :now)
WHERE start >= coalesce(:since, '') AND start < coalesce(:until, '9999');
