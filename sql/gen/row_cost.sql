-- {row_cost:llm_usage.}: the price of a row of the ledger by the setting cost_mode; the one place where a row is
-- priced. A reported cost of 0 is no price: gateways report 0 for what they cannot price, and free models have a
-- price of 0 in the list.
CASE (SELECT value FROM main.llm_setting WHERE name = 'cost_mode')
WHEN 'reported' THEN nullif({x}reported_cost_nano, 0)
WHEN 'calculated' THEN tok_row_cost_nano({x}model, {x}provider, {x}service_tier, {x}input_tokens, {x}output_tokens,
{x}cache_read_tokens, {x}cache_write_tokens, {x}cache_write_1h_tokens, {x}reasoning_tokens, {x}unix_time)
ELSE coalesce(nullif({x}reported_cost_nano, 0), tok_row_cost_nano({x}model, {x}provider, {x}service_tier,
{x}input_tokens, {x}output_tokens, {x}cache_read_tokens, {x}cache_write_tokens, {x}cache_write_1h_tokens,
{x}reasoning_tokens, {x}unix_time)) END
