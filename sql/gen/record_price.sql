-- {record_price:-}: what the price list says of a record that is about to be written. {x} is not
-- used. The tier that the caller names is the one that served: the body of a batch's response does
-- not say so.
CASE WHEN :usage IS NOT NULL THEN tok_cost_nano(:model, iif(:service_tier IS NULL, :usage,
json_set(:usage, '$.service_tier', :service_tier)), at)
WHEN :meters IS NULL THEN tok_row_cost_nano(:model, provider, :service_tier, :input_tokens, :output_tokens,
:cache_read_tokens, :cache_write_tokens, :cache_write_1h_tokens, :reasoning_tokens, at) END
