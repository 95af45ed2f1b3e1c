-- A range of time in one row.
--
--     .load ./tok
--     .mode box
--     .parameter set :since "'2026-01-01'"
--     .read sql/reports/stats.sql
--
-- :since (inclusive) and :until (exclusive) are times, :zone an IANA zone, :filter a filter as
-- tok_report takes it; each may be left out. unpriced: requests without a price.
SELECT requests, input_tokens, output_tokens, total_tokens, round(cost_usd, 9) AS cost_usd,
  round(avg_cost_usd, 9) AS avg_cost_usd, round(avg_tokens, 1) AS avg_tokens,
  round(1.0 * output_tokens / nullif(input_tokens, 0), 3) AS output_input_ratio,
  round(100 * cache_hit_ratio, 1) AS cache_hit_pct, round(tokens_per_usd) AS tokens_per_usd,
  round(p50_ms) AS p50_ms, round(p95_ms) AS p95_ms, round(p99_ms) AS p99_ms,
  CASE WHEN coalesce(:since, :until, :filter) IS NULL
    THEN coalesce((SELECT sum(u.requests) FROM llm_unpriced AS u), 0)
    ELSE (SELECT count(*) FROM llm_usage AS u
      WHERE u.cost_nano IS NULL AND u.unix_time >= coalesce(CAST(strftime('%s', :since) AS INTEGER), -9223372036854775808)
        AND u.unix_time < coalesce(CAST(strftime('%s', :until) AS INTEGER), 9223372036854775807)
        AND NOT EXISTS (SELECT 1 FROM json_each(coalesce(:filter, '{}')) AS f WHERE f.value IS NOT
          CASE f.key WHEN 'tenant_id' THEN u.tenant_id WHEN 'user_id' THEN u.user_id WHEN 'model' THEN u.model
            WHEN 'provider' THEN u.provider WHEN 'task_type' THEN u.task_type WHEN 'session_id' THEN u.session_id
            WHEN 'api_key_id' THEN u.api_key_id WHEN 'service_tier' THEN u.service_tier
            WHEN 'request_model' THEN u.request_model WHEN 'status' THEN u.status
            WHEN 'tag' THEN iif(f.value IS NULL, u.tags, (SELECT f.value FROM json_each(u.tags) AS t
          WHERE f.value IN (t.value, t.key || ':' || t.value))) ELSE f.value END))
    END AS unpriced
FROM tok_report('all', :since, :until, :zone, :filter);
