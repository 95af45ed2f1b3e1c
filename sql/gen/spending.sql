-- {spending:}: what the views show of a group of roll-up rows, named as by {measures:}. What is
-- divided by 0 is NULL; nullif(x, 0) would be a call for each.
requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / cost_known AS avg_cost_usd,
total_tokens * 1.0 / total_known AS avg_tokens,
response_ms * 1.0 / response_known AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / input_tokens AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / input_tokens AS cache_hit_ratio,
priced_tokens * 1e9 / cost_nano AS tokens_per_usd
