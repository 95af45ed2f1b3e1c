-- {named_row:}: the measures of one row of the ledger, under their names.
1 AS requests, coalesce(input_tokens, 0) AS input_tokens, input_tokens IS NOT NULL AS input_known,
coalesce(output_tokens, 0) AS output_tokens, output_tokens IS NOT NULL AS output_known,
coalesce(total_tokens, 0) AS total_tokens, total_tokens IS NOT NULL AS total_known,
coalesce(cache_read_tokens, 0) AS cache_read_tokens, cache_read_tokens IS NOT NULL AS cache_read_known,
coalesce(cost_nano, 0) AS cost_nano, cost_nano IS NOT NULL AS cost_known,
CASE WHEN cost_nano IS NULL THEN 0 ELSE coalesce(total_tokens, 0) END AS priced_tokens,
coalesce(response_time_ms, 0) AS response_ms, response_time_ms IS NOT NULL AS response_known,
unix_time AS first_at, unix_time AS last_at
