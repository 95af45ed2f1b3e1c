-- tok_audit(): every sum that is not what the ledger gives: counter, key, measure, stored, ledger.
-- :counter names the table to look at, NULL: all. NULL in first_at and last_at says that the
-- roll-up does not know; that is no difference.
SELECT counter, key, measure, stored, ledger FROM (
WITH
  fine(hour, tenant_id, provider, model, task_type, unpriced, {measures:}) AS (
    SELECT {hour:unix_time}, {key:tenant_id}, {key:provider}, {key:model}, {key:task_type},
      cost_nano IS NULL, {measures_of_rows:unix_time}
    FROM main.llm_usage NOT INDEXED WHERE id <= (SELECT watermark FROM main.llm_rollup_state)
    GROUP BY 1, 2, 3, 4, 5, 6),
  truth({rollup_columns:}, {measures:}) AS (
    SELECT dim, level, CASE level WHEN 3600 THEN hour WHEN 86400 THEN {day:hour} ELSE 0 END AS start,
      CASE WHEN dim IN ('tenant_id', 'tuple') THEN tenant_id ELSE '' END AS t,
      CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN provider ELSE '' END AS p,
      CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN model ELSE '' END AS m,
      CASE WHEN dim IN ('task_type', 'tuple') THEN task_type ELSE '' END AS k,
      {measures_sum:}
    FROM fine CROSS JOIN main.llm_rollup_plan WHERE dim <> 'unpriced' OR unpriced
    GROUP BY dim, level, start, t, p, m, k),
  both(side, {rollup_columns:}, {measures:}) AS (
    SELECT 0, {rollup_columns:}, {measures:} FROM main.llm_rollup
    UNION ALL SELECT 1, * FROM truth),
  pair AS (SELECT {rollup_columns:}, {audit_pairs:} FROM both GROUP BY {rollup_columns:}),
  one(counter, key, measure, stored, ledger) AS (
    SELECT 'llm_rollup', dim || ' ' || level || ' ' || bucket || ' ' || quote(tenant_id) || ' ' || quote(provider)
        || ' ' || quote(model) || ' ' || quote(task_type), name, {audit_values:s_}, {audit_values:l_}
    FROM pair CROSS JOIN (SELECT column1 AS name FROM (VALUES {audit_measures:})))
SELECT counter, key, measure, stored, ledger FROM one
WHERE coalesce(stored, 0) <> coalesce(ledger, 0) AND (stored IS NOT NULL OR measure NOT IN ('first_at', 'last_at'))
) WHERE coalesce(:counter, 'llm_rollup') = 'llm_rollup'
UNION ALL
SELECT * FROM (
WITH
  fine(hour, tenant_id, provider, model, task_type, times) AS (
    SELECT {hour:unix_time}, {key:tenant_id}, {key:provider}, {key:model}, {key:task_type}, tok_times(response_time_ms)
    FROM main.llm_usage NOT INDEXED
    WHERE id <= (SELECT watermark FROM main.llm_rollup_state) AND response_time_ms IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5),
  truth({rollup_columns:}, times) AS (
    SELECT dim, level, CASE level WHEN 3600 THEN hour ELSE {day:hour} END AS start,
      CASE WHEN dim IN ('tenant_id', 'tuple') THEN tenant_id ELSE '' END AS t,
      CASE WHEN dim IN ('model', 'tuple') THEN provider ELSE '' END AS p,
      CASE WHEN dim IN ('model', 'tuple') THEN model ELSE '' END AS m,
      CASE WHEN dim IN ('task_type', 'tuple') THEN task_type ELSE '' END AS k,
      tok_times(times)
    FROM fine CROSS JOIN main.llm_rollup_plan WHERE level > 0
    GROUP BY dim, level, start, t, p, m, k)
SELECT 'llm_rollup' AS counter,
  s.dim || ' ' || s.level || ' ' || s.bucket || ' ' || quote(s.tenant_id) || ' ' || quote(s.provider)
    || ' ' || quote(s.model) || ' ' || quote(s.task_type) AS key,
  'times' AS measure, s.times AS stored, t.times AS ledger
-- +: without their type SQLite looks for all columns of a key, not for those without a type among
-- them
FROM main.llm_rollup AS s LEFT JOIN truth AS t ON t.dim = +s.dim AND t.level = +s.level AND t.bucket = +s.bucket
  AND t.tenant_id = s.tenant_id AND t.provider = s.provider AND t.model = s.model AND t.task_type = s.task_type
WHERE s.level > 0 AND s.times IS NOT NULL AND coalesce(tok_times_merge(s.times, ''), '?') <> coalesce(t.times, '')
) WHERE coalesce(:counter, 'llm_rollup') = 'llm_rollup'
UNION ALL
SELECT 'llm_counter', concat_key, what, stored, truth
FROM (SELECT *, quota || ' ' || quote(key) || coalesce(' ' || start, '') AS concat_key FROM main.llm_quota_audit)
WHERE coalesce(:counter, 'llm_counter') = 'llm_counter';
