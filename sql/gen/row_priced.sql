-- {row_priced:llm_usage.}: what decides about the price of a row of the ledger, but for its time.
{x}model, {x}provider, {x}service_tier, {x}input_tokens, {x}output_tokens,
{x}cache_read_tokens, {x}cache_write_tokens, {x}cache_write_1h_tokens, {x}reasoning_tokens
