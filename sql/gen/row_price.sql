-- {row_price:llm_usage.}: what the price list says of a row of the ledger.
CASE WHEN {x}meters IS NULL THEN tok_row_cost_nano({x}model, {x}provider, {x}service_tier, {x}input_tokens, {x}output_tokens,
{x}cache_read_tokens, {x}cache_write_tokens, {x}cache_write_1h_tokens, {x}reasoning_tokens, {x}unix_time)
ELSE tok_cost_nano({x}model, {row_usage:{x}}, {x}unix_time) END
