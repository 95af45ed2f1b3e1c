-- tok_blocks: ?1 is a block's length in seconds, ?2 now. A block starts at the hour of the first
-- request that no block before holds (so after 5 hours without one, too), and ends after its
-- length. Blocks are whole hours of the roll-up.
WITH RECURSIVE
block(lo) AS (
  SELECT {hour:(SELECT min(unix_time) FROM main.llm_usage)}
  UNION ALL
  SELECT {hour:(SELECT min(unix_time) FROM main.llm_usage WHERE unix_time >= block.lo + ?1)}
  FROM block WHERE block.lo IS NOT NULL),
block_of_tail AS MATERIALIZED (
  SELECT lo FROM block WHERE lo + ?1 > (SELECT min(unix_time) FROM main.llm_rollup_tail)),
sums AS (
  SELECT lo, {measures_total:} FROM (
    SELECT block.lo, {measures:r.} FROM block CROSS JOIN main.llm_rollup AS r
    WHERE r.dim = 'all' AND r.level = 3600 AND r.bucket >= block.lo AND r.bucket < block.lo + ?1 AND r.requests > 0
    UNION ALL
    SELECT b.lo, {measures:t.} FROM main.llm_rollup_tail AS t JOIN block_of_tail AS b
      ON t.unix_time >= b.lo AND t.unix_time < b.lo + ?1)
  GROUP BY lo),
timed AS MATERIALIZED (
  SELECT *, lo + ?1 AS hi,
    (SELECT min(unix_time) FROM main.llm_usage AS u WHERE u.unix_time >= lo AND u.unix_time < lo + ?1) AS first_use,
    (SELECT max(unix_time) FROM main.llm_usage AS u WHERE u.unix_time >= lo AND u.unix_time < lo + ?1) AS last_use
  FROM sums WHERE requests > 0),
burning AS (
  SELECT *, ?2 >= lo AND ?2 < hi AND ?2 - last_use < ?1 AS active, (hi - ?2) / 60.0 AS minutes_left,
    CASE WHEN last_use > first_use THEN (last_use - first_use) / 60.0 END AS minutes
  FROM timed),
named AS MATERIALIZED (
  SELECT lo, group_concat(model, ', ') AS models FROM (
    SELECT block.lo, nullif(r.model, x'') AS model FROM block CROSS JOIN main.llm_rollup AS r
    WHERE r.dim = 'model' AND r.level = 3600 AND r.bucket >= block.lo AND r.bucket < block.lo + ?1 AND r.requests > 0
    UNION
    SELECT b.lo, t.model FROM main.llm_rollup_tail AS t JOIN block_of_tail AS b
      ON t.unix_time >= b.lo AND t.unix_time < b.lo + ?1
    ORDER BY 1, 2)
  GROUP BY lo),
shown AS (SELECT lo, hi, first_use, last_use, active, minutes, minutes_left, {spending:} FROM burning)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', lo, 'unixepoch') AS start, strftime('%Y-%m-%dT%H:%M:%SZ', hi, 'unixepoch') AS "end",
  strftime('%Y-%m-%dT%H:%M:%SZ', first_use, 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', last_use, 'unixepoch') AS last_at,
  active, requests, input_tokens, output_tokens, total_tokens, cost_usd,
  total_tokens / minutes AS tokens_per_min, cost_usd * 60 / minutes AS cost_per_hour,
  CASE WHEN active THEN minutes_left END AS minutes_left,
  CASE WHEN active THEN CAST(round(total_tokens + total_tokens / minutes * minutes_left) AS INTEGER) END
    AS projected_tokens,
  CASE WHEN active THEN cost_usd + cost_usd / minutes * minutes_left END AS projected_cost_usd,
  models
FROM shown LEFT JOIN named USING (lo) ORDER BY lo;
