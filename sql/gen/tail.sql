-- {tail:model,}: of the rows after the watermark the amounts, the time `at`, and a column more or
-- nothing. LIMIT: so that the time is computed once a row.
SELECT {x} {tail_time:} AS at, input_tokens, output_tokens, total_tokens, cache_read_tokens,
  cost_nano, response_time_ms
{tail_rows:} LIMIT -1
