-- Spending by one property of the request. One view a line: name | column | expression.
--@ llm_by_model    | model      | model
--@ llm_by_provider | provider   | provider
--@ llm_by_task     | task_type  | task_type
--@ llm_by_tenant   | tenant_id  | tenant_id
--@ llm_by_session  | session_id | session_id
--@ llm_by_day      | day        | strftime('%Y-%m-%d', unix_time, 'unixepoch')
--@ llm_by_hour     | hour       | strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch')
DROP VIEW IF EXISTS main.{1};
CREATE VIEW main.{1} AS
SELECT {3} AS {2},
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY {3};
