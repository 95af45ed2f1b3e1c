-- {measures_total:}: the sums of roll-up rows under their own names.
coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at
