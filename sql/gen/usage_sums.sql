-- {usage_sums:}: what a report's rows used together.
sum(requests) AS requests, sum(total_tokens) AS total_tokens, sum(input_tokens) AS input_tokens,
sum(output_tokens) AS output_tokens, sum(cost_nano) AS cost_nano
