-- {measures_sum:}: the measures of a group of roll-up rows.
sum(requests), sum(input_tokens), sum(input_known), sum(output_tokens), sum(output_known),
sum(total_tokens), sum(total_known), sum(cache_read_tokens), sum(cache_read_known), sum(cost_nano),
sum(cost_known), sum(priced_tokens), sum(response_ms), sum(response_known), min(first_at), max(last_at)
