-- The table responses of llm's logs.db (before 0.32), under the ledger's column names; run on that
-- file. As llm_turns.sql, but the oldest of these tables lack columns: a name that `responses` does
-- not have is found in the query around it, where it is NULL.
SELECT id AS response_id, datetime_utc AS timestamp, coalesce(resolved, model) AS model,
  model AS request_model, conversation_id AS session_id, duration_ms AS response_time_ms,
  input + coalesce(d ->> '$.cache_read_input_tokens', 0) + coalesce(d ->> '$.cache_creation_input_tokens', 0)
    AS input_tokens,
  output AS output_tokens,
  coalesce(d ->> '$.prompt_tokens_details.cached_tokens', d ->> '$.input_tokens_details.cached_tokens',
    d ->> '$.cache_read_input_tokens', d ->> '$.cachedContentTokenCount') AS cache_read_tokens,
  d ->> '$.cache_creation_input_tokens' AS cache_write_tokens,
  d ->> '$.cache_creation.ephemeral_1h_input_tokens' AS cache_write_1h_tokens,
  coalesce(d ->> '$.completion_tokens_details.reasoning_tokens', d ->> '$.output_tokens_details.reasoning_tokens',
    d ->> '$.thoughtsTokenCount') AS reasoning_tokens
FROM (SELECT at, resolved, input, output, CASE WHEN tok_json_valid(details) THEN details END AS d
      FROM (SELECT at, (SELECT resolved_model FROM responses WHERE rowid = at) AS resolved,
              (SELECT input_tokens FROM responses WHERE rowid = at) AS input,
              (SELECT output_tokens FROM responses WHERE rowid = at) AS output,
              (SELECT token_details FROM responses WHERE rowid = at) AS details
            FROM (SELECT rowid AS at, NULL AS resolved_model, NULL AS input_tokens, NULL AS output_tokens,
                    NULL AS token_details FROM responses)))
  JOIN responses ON responses.rowid = at
ORDER BY at;
