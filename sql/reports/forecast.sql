-- What comes next, as a table for people, with a bar for the forecast (#) and its interval (-);
-- needs the extension.
--
--     sqlite3 -box app.db '.load tok' '.read sql/reports/forecast.sql'
--     … '.parameter set :metric total' '.parameter set :bucket hour' '.parameter set :horizon 24' …
--
-- :metric (default cost), :bucket (day), :horizon (14), :filter (JSON, as of tok_forecast), :zone,
-- :level (0.8) and :now may be set. The last line is the total with its own interval, which is
-- narrower than the sum of the lines' intervals.
WITH f AS MATERIALIZED (
  SELECT ts, forecast, lower, upper, total, total_lower, total_upper, status, wape
  FROM tok_forecast(coalesce(:metric, 'cost'), coalesce(:bucket, 'day'), coalesce(:horizon, 14),
    iif(:zone IS NULL, :filter, json_set(coalesce(:filter, '{}'), '$.zone', :zone)), :level, :now)
), scale AS (SELECT 40.0 / max(coalesce(max(upper), 0), coalesce(max(forecast), 0), 1e-9) AS per_unit FROM f)
SELECT ts,
  iif(forecast IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), forecast)) AS forecast,
  iif(lower IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), lower)) AS lower,
  iif(upper IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), upper)) AS upper,
  substr('########################################', 1, CAST(coalesce(lower, forecast) * per_unit AS INTEGER))
    || substr('----------------------------------------', 1,
         CAST(coalesce(upper, forecast) * per_unit AS INTEGER) - CAST(coalesce(lower, forecast) * per_unit AS INTEGER)) AS chart
FROM f, scale
UNION ALL
SELECT * FROM (SELECT 'total',
  iif(total IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), total)),
  iif(total_lower IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), total_lower)),
  iif(total_upper IS NULL, '-', printf(iif(coalesce(:metric, 'cost') = 'cost', '%.4f', '%,.0f'), total_upper)),
  printf('%s; usual error of a bucket %s', status, iif(wape IS NULL, 'unknown', printf('%.1f %%', 100 * wape)))
FROM f LIMIT 1);
