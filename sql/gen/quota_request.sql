-- {quota_request:-}: a request's parameters ?1 to ?18 as a row like one of llm_hold.
SELECT ?1 AS unix_time, ?2 AS tenant_id, ?3 AS user_id, ?4 AS api_key_id, ?5 AS session_id, ?6 AS provider, ?7 AS model,
  ?8 AS task_type, ?9 AS tags, ?10 AS input_tokens, ?11 AS output_tokens, ?12 AS total_tokens, ?13 AS requests,
  ?14 AS cost_nano, ?15 AS output_p95, ?16 AS output_p99, ?17 AS cost_p95, ?18 AS cost_p99
