-- {spending:}: what the views show of a group of roll-up rows, named as by {measures:}.
requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd
