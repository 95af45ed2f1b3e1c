-- The table turns of llm's logs.db (0.32 and later), under the ledger's column names; run on that
-- file. token_details is the provider's usage without what input_tokens and output_tokens say.
-- Anthropic's input leaves out what the cache read and wrote.
SELECT id AS response_id, datetime_utc AS timestamp, coalesce(resolved_model, model) AS model,
  model AS request_model, thread_id AS session_id, duration_ms AS response_time_ms,
  input_tokens + coalesce(d ->> '$.cache_read_input_tokens', 0) + coalesce(d ->> '$.cache_creation_input_tokens', 0)
    AS input_tokens,
  output_tokens,
  coalesce(d ->> '$.prompt_tokens_details.cached_tokens', d ->> '$.input_tokens_details.cached_tokens',
    d ->> '$.cache_read_input_tokens', d ->> '$.cachedContentTokenCount') AS cache_read_tokens,
  d ->> '$.cache_creation_input_tokens' AS cache_write_tokens,
  d ->> '$.cache_creation.ephemeral_1h_input_tokens' AS cache_write_1h_tokens,
  coalesce(d ->> '$.completion_tokens_details.reasoning_tokens', d ->> '$.output_tokens_details.reasoning_tokens',
    d ->> '$.thoughtsTokenCount') AS reasoning_tokens
FROM (SELECT *, CASE WHEN tok_json_valid(token_details) THEN token_details END AS d FROM turns)
ORDER BY rowid;
