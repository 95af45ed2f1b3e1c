-- Reserves for a request (?1 to ?18 as in match.sql): ?19 ref, ?20 expires. Triggers park what each
-- quota needs, but where ?21 says under which quotas that was done for hold ?22 already; else both
-- are NULL.
INSERT INTO main.llm_hold(unix_time, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tags,
  input_tokens, output_tokens, total_tokens, requests, cost_nano, output_p95, output_p99, cost_p95, cost_p99, ref, expires,
  matched, id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22)
