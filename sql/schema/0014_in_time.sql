-- The sums of all requests by hour and day once more, without the keys and response times: the rows
-- of llm_rollup are up to 2 kB long, and a search reads each to its end, where llm_by_hour needs
-- 100 bytes of it. A fold writes four of these rows.
CREATE INDEX main.llm_rollup_in_time ON llm_rollup(level, bucket, requests, input_tokens, input_known, output_tokens,
  output_known, total_tokens, total_known, cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
  response_ms, response_known, first_at, last_at) WHERE dim = 'all';
