-- The table message of opencode's database (1.2 and later; Kilo's is the same), under the ledger's
-- column names; run on that file. `data` is the JSON that earlier versions kept a file a message:
-- tokens.input leaves out what the cache read and wrote, tokens.output leaves out reasoning. The
-- ids are those of the files, so that a message of both is one. What used nothing is no request: it
-- has just begun, or failed.
SELECT 'opencode:' || id AS response_id, d ->> '$.time.created' AS timestamp, d ->> '$.providerID' AS provider,
  d ->> '$.modelID' AS model, session_id, d ->> '$.time.completed' - d ->> '$.time.created' AS response_time_ms,
  CASE WHEN used THEN input END AS input_tokens, CASE WHEN used THEN output END AS output_tokens,
  d ->> '$.tokens.cache.read' AS cache_read_tokens, d ->> '$.tokens.cache.write' AS cache_write_tokens,
  d ->> '$.tokens.reasoning' AS reasoning_tokens,
  CAST(round((d ->> '$.cost') * 1e9) AS INTEGER) AS reported_cost_nano
FROM (SELECT *, d ->> '$.role' = 'assistant' AND coalesce(input, 0) + coalesce(output, 0) > 0 AS used
      FROM (SELECT *, (d ->> '$.tokens.input') + coalesce(d ->> '$.tokens.cache.read', 0)
                + coalesce(d ->> '$.tokens.cache.write', 0) AS input,
              (d ->> '$.tokens.output') + coalesce(d ->> '$.tokens.reasoning', 0) AS output
            FROM (SELECT id, session_id, CASE WHEN tok_json_valid(data) THEN data END AS d FROM message)))
ORDER BY d ->> '$.time.created';
