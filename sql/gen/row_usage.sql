-- {row_usage:llm_usage.}: a row's usage as tok_usage writes it. Columns win over what meters says
-- beside them.
json_patch(CASE WHEN tok_json_valid({x}meters) THEN {x}meters ELSE '{}' END, json_object('provider', {x}provider,
'service_tier', {x}service_tier, 'input_tokens', {x}input_tokens, 'output_tokens', {x}output_tokens,
'cache_read_tokens', {x}cache_read_tokens, 'cache_write_tokens', {x}cache_write_tokens,
'cache_write_1h_tokens', {x}cache_write_1h_tokens, 'reasoning_tokens', {x}reasoning_tokens))
