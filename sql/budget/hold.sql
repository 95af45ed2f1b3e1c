-- Reserves for a request (quota_request.sql): ?19 ref, ?20 expires. Triggers park what each quota needs.
INSERT INTO main.llm_hold(unix_time, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tags,
  input_tokens, output_tokens, total_tokens, requests, cost_nano, output_p95, output_p99, cost_p95, cost_p99, ref, expires)
SELECT *, ?19, ?20 FROM ({quota_request:-})
