-- {record_price:-}: what the price list says of a record that is about to be written. {x} is not
-- used.
CASE WHEN :usage IS NOT NULL THEN tok_cost_nano(:model, :usage, at)
WHEN :meters IS NULL THEN tok_row_cost_nano(:model, provider, :service_tier, :input_tokens, :output_tokens,
:cache_read_tokens, :cache_write_tokens, :cache_write_1h_tokens, :reasoning_tokens, at) END
