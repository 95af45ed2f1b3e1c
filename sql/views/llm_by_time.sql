-- Spending by UTC day and hour, in order of time. The roll-up has one row for each: up to the first
-- that the tail has requests of, `since`, they are shown as they are stored; from there on those of
-- the tail are added. The text of a time is half of what a row costs, that of its day is made once.
-- name | column | seconds | bucket of a row | as text | of one before `since`
--@ llm_by_day  | day  | 86400 | {day:at}  | d             | d
--@ llm_by_hour | hour | 3600  | {hour:at} | {time_text:k} | {hour_label:}
DROP VIEW IF EXISTS main.{1};
CREATE VIEW main.{1} AS
WITH tail(k, {measures:}) AS MATERIALIZED (
  SELECT {4}, {measures_of_rows:at} FROM ({tail:}) GROUP BY 1),
whole(cost) AS (
  SELECT sum(cost_nano) FROM (
    SELECT cost_nano FROM llm_rollup WHERE dim = 'all' AND level = 0
    UNION ALL SELECT cost_nano FROM tail WHERE cost_known > 0)),
since(k) AS (SELECT coalesce(min(k), 9223372036854775807) FROM tail),
days(at, d, t) AS MATERIALIZED (
  SELECT bucket, date(bucket, 'unixepoch'), date(bucket, 'unixepoch') || 'T' FROM llm_rollup INDEXED BY llm_rollup_in_time
  WHERE dim = 'all' AND level = 86400)
SELECT {6} AS {2}, {time_columns:{3}}
FROM days CROSS JOIN (
  SELECT bucket AS k, {measures:} FROM llm_rollup INDEXED BY llm_rollup_in_time -- SQLite takes the primary key for as good
  WHERE dim = 'all' AND level = {3} AND requests > 0)
WHERE k >= at AND k < at + 86400 AND k < (SELECT k FROM since)
UNION ALL
SELECT {5}, {time_columns:{3}}
FROM (
  SELECT k, date(k, 'unixepoch') AS d, date(k, 'unixepoch') || 'T' AS t, {measures:} FROM (
    SELECT bucket AS k, {measures:} FROM llm_rollup
    WHERE dim = 'all' AND level = {3} AND requests > 0 AND bucket >= (SELECT k FROM since)
      AND bucket NOT IN (SELECT k FROM tail)
    UNION ALL
    SELECT k, {measures_total:} FROM (
      SELECT k, {measures:} FROM tail
      UNION ALL
      SELECT bucket, {measures:} FROM llm_rollup
      WHERE dim = 'all' AND level = {3} AND requests > 0 AND bucket IN (SELECT k FROM tail))
    GROUP BY k
    ORDER BY 1));
