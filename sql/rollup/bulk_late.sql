-- What tok_bulk_end() would have refused of rows that were committed without it, those after ?1,
-- when tok_init() does its work: nobody can take them back any more, and others need the ledger. As
-- in rows of an older table (legacy/1_copy.sql) what can't be becomes unknown, and stays readable:
-- as tags ->> '$.refused.input_tokens'.
UPDATE main.llm_usage SET (tags, timestamp) = (
  SELECT CASE WHEN tags GLOB '{*}' AND tok_json_valid(tags) THEN json_set(tags, '$.refused', json(refused))
      WHEN tok_json_valid(tags) THEN json_object('tags', json(tags), 'refused', json(refused))
      ELSE json_object('tags', tags, 'refused', json(refused)) END,
    iif(late, coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', created_at), '1970-01-01T00:00:00Z'), timestamp)
  FROM (SELECT coalesce(llm_usage.tags, '{}') AS tags, late, json_patch('{}', json_object(
      'timestamp', iif(late, timestamp, NULL),
      'input_tokens', iif(input_tokens > 1000000000000, input_tokens, NULL),
      'output_tokens', iif(output_tokens > 1000000000000, output_tokens, NULL),
      'total_tokens', iif(total_tokens > 2000000000000, total_tokens, NULL),
      'response_time_ms', iif(response_time_ms > 1000000000000, response_time_ms, NULL),
      'cost_nano', iif({nano_beyond:cost_nano}, cost_nano, NULL))) AS refused
    FROM (SELECT {beyond_years:timestamp} AS late))),
  input_tokens = iif(input_tokens > 1000000000000, NULL, input_tokens),
  output_tokens = iif(output_tokens > 1000000000000, NULL, output_tokens),
  total_tokens = iif(total_tokens > 2000000000000, NULL, total_tokens),
  response_time_ms = iif(response_time_ms > 1000000000000, NULL, response_time_ms),
  cost_nano = iif({nano_beyond:cost_nano}, NULL, cost_nano)
WHERE id > ?1 AND ({no_request:} OR {nano_beyond:cost_nano} OR {beyond_years:timestamp});
