-- tok_export('csv' and 'json'): the ledger as it is, in the order of time; tok_import reads it
-- again.
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') AS timestamp, provider, model, task_type, input_tokens,
  output_tokens, total_tokens, cost_nano, response_time_ms, request_id, response_id, tenant_id, user_id, api_key_id,
  session_id, request_model, service_tier, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
  reasoning_tokens, system_tokens, context_used, context_limit, reported_cost_nano, status, prompt_hash,
  {real_text:quality_score} AS quality_score, {real_text:value_usd} AS value_usd, tags, meters
FROM main.llm_usage WHERE unix_time >= :lo AND unix_time < :hi
ORDER BY unix_time, id;
