-- tok_report. Its caller puts SQL in place of @…@ (ext/ledger/report_sql.c) and binds
--   :spans              [[lo, hi, level], …] of the range; level -1: rows, -2: rows to take away,
--                       0: all time, 3600, 86400
--   :ms_spans           the same without level 0, which has no times; NULL where not asked for
--   :dim                the roll-up; NULL: none. +: SQLite compares it with the condition of the
--                       index llm_rollup_in_time, and would prepare it all again once bound
--   :lo, :hi            the range, for the rows after the watermark
--   :filter             the filter's JSON
-- A second key, @…task@, is NULL for all groups but one; so @group@ is 1 or 1, 2.
-- @percentile@ names one of the three below, so that SQLite need not prepare the others: none,
-- where nobody asked for p50, p95, p99; of the rows; of the counts of the roll-up.
-- Response times: percentile_cont of the rows, or of the middles of their bins. A day of the
-- roll-up that has a group whose response times are unknown is read from its hours, such an hour
-- from its rows.
WITH
span(lo, hi, level) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:spans)),
ms_span(lo, hi, level) AS MATERIALIZED (
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(:ms_spans)),
wanted AS MATERIALIZED ( -- text, as the columns are: +u.model has no affinity
  SELECT CAST(:filter ->> '$.provider' AS TEXT) AS provider,
    CAST(:filter ->> '$.model' AS TEXT) AS model,
    CAST(:filter ->> '$.task_type' AS TEXT) AS task_type,
    CAST(:filter ->> '$.tenant_id' AS TEXT) AS tenant_id,
    CAST(:filter ->> '$.user_id' AS TEXT) AS user_id,
    CAST(:filter ->> '$.api_key_id' AS TEXT) AS api_key_id,
    CAST(:filter ->> '$.session_id' AS TEXT) AS session_id,
    CAST(:filter ->> '$.service_tier' AS TEXT) AS service_tier,
    CAST(:filter ->> '$.request_model' AS TEXT) AS request_model,
    CAST(:filter ->> '$.status' AS TEXT) AS status,
    CAST(:filter ->> '$.tag' AS TEXT) AS tag),
tail AS NOT MATERIALIZED (
  SELECT tenant_id, user_id, api_key_id, session_id, provider, model, request_model, task_type,
    service_tier, status, tags, {tail_time:} AS unix_time, input_tokens, output_tokens,
    total_tokens, cache_read_tokens, cost_nano, response_time_ms
  FROM main.llm_usage NOT INDEXED WHERE id > (SELECT watermark FROM main.llm_rollup_state)),
too_many(k, task, {measures:}) AS (
  SELECT @row_key@, @row_task@, {measures_of_rows:NULL}
  FROM span CROSS JOIN main.llm_usage AS u
  WHERE span.level = -2 AND u.unix_time >= span.lo AND u.unix_time < span.hi
    AND +u.id <= (SELECT watermark FROM main.llm_rollup_state) @row_filter@
  GROUP BY @group@),
less AS (SELECT k, task, {measures_less:} FROM too_many),
tail_part(k, task, {measures:}, times) AS MATERIALIZED (
  SELECT @row_key@, @row_task@, {measures_of_rows:NULL}, @tail_times@
  FROM tail AS u @row_join@
  WHERE true @row_filter@ AND u.unix_time BETWEEN :lo AND :hi - 1
  GROUP BY @group@),
part AS (
  SELECT @rollup_key@ AS k, @rollup_task@ AS task, {measures:r.}
  FROM span CROSS JOIN main.llm_rollup AS r
  WHERE span.level >= 0 AND r.dim = +:dim AND r.level = span.level AND @rollup_range@
    AND r.requests > 0 @rollup_filter@
  UNION ALL
  SELECT @row_key@, @row_task@, {measures_of_rows:NULL}
  FROM span CROSS JOIN main.llm_usage AS u @row_join@
  WHERE span.level = -1 AND u.unix_time >= span.lo AND u.unix_time < span.hi
    AND +u.id <= (SELECT watermark FROM main.llm_rollup_state) @row_filter@ -- +: by time, not by id
  GROUP BY @group@
  UNION ALL
  SELECT k, task, {measures:} FROM tail_part
  @less@),
times(k, v, n) AS (
  SELECT @row_key@, u.response_time_ms * 1.0, 1
  FROM main.llm_usage AS u @row_join@
  WHERE u.unix_time >= :lo AND u.unix_time < :hi AND u.response_time_ms IS NOT NULL @row_filter@),
counted AS (
  SELECT k, v, n, sum(n) OVER (PARTITION BY k ORDER BY v) AS upto, sum(n) OVER (PARTITION BY k) AS total
  FROM (SELECT k, v, sum(n) AS n FROM times GROUP BY k, v)),
unknown(lo, hi) AS MATERIALIZED (
  SELECT DISTINCT r.bucket, r.bucket + r.level
  FROM ms_span AS span CROSS JOIN main.llm_rollup AS r
  WHERE span.level > 0 AND r.dim = +:dim AND r.level = span.level AND @rollup_range@
    AND r.response_known > 0 AND r.times IS NULL @rollup_filter@),
by_hour(lo, hi) AS (SELECT lo, hi FROM unknown WHERE hi - lo > 3600 AND :dim <> 'tuple'),
unknown_hour(lo, hi) AS MATERIALIZED (
  SELECT DISTINCT r.bucket, r.bucket + 3600
  FROM by_hour CROSS JOIN main.llm_rollup AS r
  WHERE r.dim = +:dim AND r.level = 3600 AND r.bucket >= by_hour.lo AND r.bucket < by_hour.hi
    AND r.response_known > 0 AND r.times IS NULL @rollup_filter@),
by_row(lo, hi) AS (
  SELECT lo, hi FROM ms_span WHERE level < 0
  UNION ALL SELECT lo, hi FROM unknown WHERE lo NOT IN (SELECT lo FROM by_hour)
  UNION ALL SELECT lo, hi FROM unknown_hour),
bins(k, x) AS (
  SELECT @rollup_key@, r.times
  FROM ms_span AS span CROSS JOIN main.llm_rollup AS r
  WHERE span.level > 0 AND r.dim = +:dim AND r.level = span.level AND @rollup_range@
    AND r.response_known > 0 AND r.bucket NOT IN (SELECT lo FROM unknown) @rollup_filter@
  UNION ALL
  SELECT @rollup_key@, r.times
  FROM by_hour CROSS JOIN main.llm_rollup AS r
  WHERE r.dim = +:dim AND r.level = 3600 AND r.bucket >= by_hour.lo AND r.bucket < by_hour.hi
    AND r.response_known > 0 AND r.bucket NOT IN (SELECT lo FROM unknown_hour) @rollup_filter@
  UNION ALL
  SELECT @row_key@, u.response_time_ms
  FROM by_row CROSS JOIN main.llm_usage AS u @row_join@
  WHERE u.unix_time >= by_row.lo AND u.unix_time < by_row.hi AND u.response_time_ms IS NOT NULL
    AND +u.id <= (SELECT watermark FROM main.llm_rollup_state) @row_filter@
  UNION ALL
  SELECT k, times FROM tail_part WHERE times IS NOT NULL),
percentile_none(k, p50, p95, p99) AS (SELECT NULL, NULL, NULL, NULL WHERE false),
percentile_rows(k, p50, p95, p99) AS MATERIALIZED (
  SELECT k, {percentile:0.5}, {percentile:0.95}, {percentile:0.99}
  FROM counted WHERE {near_percentile:0.5} OR {near_percentile:0.95} OR {near_percentile:0.99} GROUP BY k),
percentile_counts(k, p50, p95, p99) AS MATERIALIZED (
  SELECT k, tok_times_percentile(t, 0.5), tok_times_percentile(t, 0.95), tok_times_percentile(t, 0.99)
  FROM (SELECT k, tok_times(x) AS t FROM bins GROUP BY k)),
spent AS (
  SELECT k, task, {spending:}, cost_known, cost_nano
  FROM (SELECT k, task, {measures_total:} FROM part GROUP BY @group@))
SELECT s.k AS "key", s.requests, s.input_tokens, s.output_tokens, s.total_tokens, s.cost_usd, s.avg_cost_usd,
  s.avg_tokens, p.p50 AS p50_ms, p.p95 AS p95_ms, p.p99 AS p99_ms, s.cache_hit_ratio, s.tokens_per_usd,
  CASE WHEN s.cost_known > 0 THEN s.cost_nano END * 1.0 / nullif(sum(s.cost_nano) OVER (), 0)
    AS share,
  s.task, CASE WHEN s.cost_known > 0 THEN s.cost_nano END AS cost_nano
FROM spent AS s LEFT JOIN @percentile@ AS p ON p.k IS s.k
WHERE s.requests > 0
ORDER BY @order@
