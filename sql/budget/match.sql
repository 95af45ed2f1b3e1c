-- Every quota that covers a request (quota_parameters.sql), with its counter now. Cost: the quotas
-- that match, one look-up each; the ledger is not read.
SELECT q.id, q.name, coalesce(c.key, {quota_key:r}), q.metric, q.action,
  coalesce(c.start, {quota_start:r.unix_time}),
  CASE q.kind WHEN 'rolling' THEN (SELECT coalesce(sum(w.used), 0) FROM main.llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = {quota_key:r}
        AND w.start > {quota_start:r.unix_time} - q.span_s - q.len_s
        AND w.start < {quota_start:r.unix_time} + q.span_s + q.len_s) ELSE coalesce(c.used, 0) END,
  CASE q.kind WHEN 'rolling' THEN (SELECT coalesce(sum(w.held), 0) FROM main.llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = {quota_key:r}
        AND w.start > {quota_start:r.unix_time} - q.span_s - q.len_s
        AND w.start < {quota_start:r.unix_time} + q.span_s + q.len_s) ELSE coalesce(c.held, 0) END,
  {quota_limit_now:-}, coalesce(q.soft_units, -1), {quota_hold:r}, q.unpriced, q.unpriced_nano, q.period, q.zone,
  q.hold_size, q.kind = 'rolling', coalesce(c.unpriced, 0),
  q.kind = 'bucket', coalesce(c.debt, 0), coalesce(c.debt_at, r.unix_time), q.refill, q.span_s
FROM (  -- the request under each of its routes: one list that is walked
  SELECT '*' AS route, ?1 AS unix_time, ?2 AS tenant_id, ?3 AS user_id, ?4 AS api_key_id, ?5 AS session_id, ?6 AS provider,
    ?7 AS model, ?8 AS task_type, ?9 AS tags, ?10 AS input_tokens, ?11 AS output_tokens, ?12 AS total_tokens,
    ?13 AS requests, ?14 AS cost_nano, ?15 AS output_p95, ?16 AS output_p99, ?17 AS cost_p95, ?18 AS cost_p99
  UNION ALL SELECT 'k:' || ?4, {quota_parameters:-}
  UNION ALL SELECT 'u:' || ?3, {quota_parameters:-}
  UNION ALL SELECT 's:' || ?5, {quota_parameters:-}
  UNION ALL SELECT 't:' || ?2, {quota_parameters:-}
  UNION ALL SELECT 'a:' || ?8, {quota_parameters:-}
  UNION ALL SELECT 'm:' || lower(?7), {quota_parameters:-}
  UNION ALL SELECT 'p:' || lower(?6), {quota_parameters:-}
  ) AS r
CROSS JOIN main.llm_quota AS q ON q.route = r.route
LEFT JOIN main.llm_counter AS c ON c.quota_id = q.id AND c.key = {quota_key:r} AND c.start = {quota_start:r.unix_time}
WHERE {quota_covers:r}
