-- One record into the ledger: by tok_responses and by every importer. A response that is there
-- already is ignored, or with :replace takes over counts that are larger: agents log a response
-- several times while it streams. The earliest time stays: copies of a session's lines may have
-- that of the copy. So does a tier that only one of the lines says.
--
-- Provider and cost are from import/price.sql; :usage is the response's usage in canonical form,
-- where it is at hand.
INSERT INTO main.llm_usage(timestamp, provider, model, task_type, request_id, response_id, tenant_id, user_id,
  api_key_id, session_id, request_model, service_tier, status, prompt_hash, tags, quality_score, value_usd,
  cost_nano, cost_usd, reported_cost_nano, response_time_ms, input_tokens, output_tokens, total_tokens, cache_read_tokens,
  cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, system_tokens, context_used, context_limit, meters)
VALUES (:timestamp, :provider, :model,
  :task_type, :request_id, :response_id, :tenant_id, :user_id,
  :api_key_id, :session_id, :request_model, :service_tier, :status, :prompt_hash, :tags, :quality_score, :value_usd,
  :cost_nano, :cost_nano / 1e9, :reported_cost_nano, :response_time_ms, :input_tokens, :output_tokens,
  coalesce(:total_tokens, :input_tokens + :output_tokens), :cache_read_tokens,
  :cache_write_tokens, :cache_write_1h_tokens, :reasoning_tokens, :system_tokens, :context_used, :context_limit,
  coalesce(:meters, CASE WHEN :usage IS NOT NULL THEN {usage_meters::usage} END))
ON CONFLICT(provider, response_id) DO UPDATE SET
  timestamp = CASE WHEN excluded.unix_time < llm_usage.unix_time THEN excluded.timestamp ELSE llm_usage.timestamp END,
  service_tier = coalesce(excluded.service_tier, llm_usage.service_tier),
  input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
  total_tokens = excluded.total_tokens, cache_read_tokens = excluded.cache_read_tokens,
  cache_write_tokens = excluded.cache_write_tokens, cache_write_1h_tokens = excluded.cache_write_1h_tokens,
  reasoning_tokens = excluded.reasoning_tokens, response_time_ms = excluded.response_time_ms,
  reported_cost_nano = excluded.reported_cost_nano, cost_nano = excluded.cost_nano,
  cost_usd = excluded.cost_usd, meters = excluded.meters
WHERE :replace AND (excluded.total_tokens > llm_usage.total_tokens
  OR excluded.total_tokens = llm_usage.total_tokens AND (excluded.unix_time < llm_usage.unix_time
    OR llm_usage.service_tier IS NULL AND excluded.service_tier IS NOT NULL));
