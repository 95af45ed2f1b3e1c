-- {rollup_sums:}: how an upsert adds what was not inserted, but for first_at and last_at.
requests = requests + excluded.requests,
input_tokens = input_tokens + excluded.input_tokens, input_known = input_known + excluded.input_known,
output_tokens = output_tokens + excluded.output_tokens, output_known = output_known + excluded.output_known,
total_tokens = total_tokens + excluded.total_tokens, total_known = total_known + excluded.total_known,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
cache_read_known = cache_read_known + excluded.cache_read_known,
cost_nano = cost_nano + excluded.cost_nano, cost_known = cost_known + excluded.cost_known,
priced_tokens = priced_tokens + excluded.priced_tokens,
response_ms = response_ms + excluded.response_ms, response_known = response_known + excluded.response_known
