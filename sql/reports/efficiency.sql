-- What the money bought, by model.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/efficiency.sql
--
-- :since (inclusive) and :until (exclusive) are times, :filter a filter as tok_report takes it;
-- each may be left out.
--   output_input_ratio  sum of output tokens / sum of input tokens
--   context_pct         mean of context_used (else input + output) / context_limit of the requests
--                       that say their limit; where none does: mean tokens / the model's context
--                       window
--   roi                 sum of value_usd / cost of the requests that have a value_usd; NULL
--                       where none has
WITH extra AS (
  SELECT model, avg(coalesce(context_used, total_tokens) * 1.0 / nullif(context_limit, 0)) AS context,
    sum(value_usd) FILTER (WHERE cost_nano > 0) * 1e9
      / nullif(sum(cost_nano) FILTER (WHERE value_usd IS NOT NULL), 0) AS roi
  FROM llm_usage
  WHERE (context_limit IS NOT NULL OR value_usd IS NOT NULL)
    AND unix_time >= coalesce(CAST(strftime('%s', :since) AS INTEGER), -9223372036854775808)
    AND unix_time < coalesce(CAST(strftime('%s', :until) AS INTEGER), 9223372036854775807)
    AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(:filter, '{}')) AS f WHERE f.value IS NOT
      CASE f.key WHEN 'tenant_id' THEN tenant_id WHEN 'user_id' THEN user_id WHEN 'model' THEN model
        WHEN 'provider' THEN provider WHEN 'task_type' THEN task_type WHEN 'session_id' THEN session_id
        WHEN 'api_key_id' THEN api_key_id WHEN 'service_tier' THEN service_tier
        WHEN 'request_model' THEN request_model WHEN 'status' THEN status
        WHEN 'tag' THEN iif(f.value IS NULL, tags, (SELECT f.value FROM json_each(tags) AS t
          WHERE f.value IN (t.value, t.key || ':' || t.value))) ELSE f.value END)
  GROUP BY model)
SELECT r.key AS model, r.requests, round(r.cost_usd, 9) AS cost_usd,
  round(1.0 * r.output_tokens / nullif(r.input_tokens, 0), 3) AS output_input_ratio,
  round(r.tokens_per_usd) AS tokens_per_usd,
  round(100 * coalesce(e.context,
    r.avg_tokens / (SELECT m.context_window FROM tok_models AS m WHERE m.model = r.key)), 2) AS context_pct,
  round(100 * r.cache_hit_ratio, 1) AS cache_hit_pct, round(r.avg_cost_usd, 9) AS cost_per_request,
  round(e.roi, 3) AS roi
FROM tok_report('model', :since, :until, NULL, :filter) AS r LEFT JOIN extra AS e ON e.model IS r.key;
