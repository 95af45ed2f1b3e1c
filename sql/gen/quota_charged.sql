-- {quota_charged:}: the columns that a charge of llm_quota_charge and one that waits have in
-- common.
unix_time, provider, model, task_type, tenant_id, user_id, api_key_id, session_id, tags, requests, input_tokens,
output_tokens, total_tokens, cost_nano, unpriced, unpriced_tokens
