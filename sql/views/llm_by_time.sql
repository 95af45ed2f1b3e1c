-- Spending by UTC day and hour, in order of time. The roll-up has one row for each, so that they are shown as they are
-- stored; only those that the tail has requests of are summed up. name | column | level | bucket of the tail | format
--@ llm_by_day  | day  | 86400 | {day:unix_time}  | %Y-%m-%d
--@ llm_by_hour | hour | 3600  | {hour:unix_time} | %Y-%m-%dT%H:00:00Z
DROP VIEW IF EXISTS main.{1};
CREATE VIEW main.{1} AS
WITH tail(k) AS (SELECT {4} FROM llm_rollup_tail)
SELECT strftime('{5}', k, 'unixepoch') AS {2}, {spending:},
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / (SELECT cost_nano FROM llm_stats) AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT min(unix_time) FROM llm_usage WHERE unix_time >= k AND unix_time < k + {3})), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT max(unix_time) FROM llm_usage WHERE unix_time >= k AND unix_time < k + {3})), 'unixepoch') AS last_at
FROM (
  SELECT bucket AS k, {measures:} FROM llm_rollup
  WHERE dim = 'all' AND level = {3} AND requests > 0 AND bucket NOT IN tail
  UNION ALL
  SELECT k, {measures_total:} FROM (
    SELECT {4} AS k, {measures:} FROM llm_rollup_tail
    UNION ALL
    SELECT bucket, {measures:} FROM llm_rollup
    WHERE dim = 'all' AND level = {3} AND requests > 0 AND bucket IN tail)
  GROUP BY k
  ORDER BY 1);
