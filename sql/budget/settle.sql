-- Records the usage of a hold under its scope, also where another model served it: what was held is
-- what is charged, at the price of the model that served. ?1 ref, ?2 the usage as canonical JSON
-- (tok_usage), ?3 the JSON as given, which may have members that usage objects do not have, ?4 now,
-- ?5 status. The trigger of llm_usage settles the hold. The row has the time of the reservation,
-- when the call began: so the periods that held for it are charged for it, and a limit holds across
-- the end of a period, too.
INSERT INTO main.llm_usage(timestamp, created_at, request_id, provider, model, request_model, task_type, tenant_id, user_id,
  api_key_id, session_id, tags, response_id, service_tier, input_tokens, output_tokens, total_tokens, cache_read_tokens,
  cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, reported_cost_nano, cost_nano, response_time_ms, status,
  prompt_hash, quality_score, value_usd, meters)
SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', ?3 ->> '$.timestamp'),
    strftime('%Y-%m-%dT%H:%M:%SZ', h.unix_time, 'unixepoch')),
  strftime('%Y-%m-%dT%H:%M:%SZ', ?4, 'unixepoch'), h.ref,
  coalesce(h.provider, ?2 ->> '$.provider'), coalesce(h.model, ?2 ->> '$.model'), coalesce(h.model, ?2 ->> '$.model'), h.task_type, h.tenant_id,
  h.user_id, h.api_key_id, h.session_id, h.tags, ?2 ->> '$.response_id', ?2 ->> '$.service_tier',
  ?2 ->> '$.input_tokens', ?2 ->> '$.output_tokens', ?2 ->> '$.total_tokens', ?2 ->> '$.cache_read_tokens',
  ?2 ->> '$.cache_write_tokens', ?2 ->> '$.cache_write_1h_tokens', ?2 ->> '$.reasoning_tokens',
  CAST(round((?2 ->> '$.reported_cost_usd') * 1e9) AS INTEGER),
  coalesce(CAST(?3 ->> '$.cost_nano' AS INTEGER), CAST(round((?3 ->> '$.cost_usd') * 1e9) AS INTEGER),
    CASE WHEN lower(?2 ->> '$.model') <> lower(h.model) AND coalesce(?2 ->> '$.reported_cost_usd', 0) = 0
      THEN tok_cost_nano(?2 ->> '$.model', ?2, ?4) END),
  ?3 ->> '$.response_time_ms', coalesce(?3 ->> '$.status', ?5), ?3 ->> '$.prompt_hash', ?3 ->> '$.quality_score',
  ?3 ->> '$.value_usd', {usage_meters:?2}
FROM main.llm_hold AS h WHERE h.ref = ?1
