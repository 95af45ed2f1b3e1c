-- {measures_of_rows:unix_time}: the measures of a group of rows of the ledger; {x} is the time of a
-- row.
count(*), coalesce(sum(input_tokens), 0), count(input_tokens),
coalesce(sum(output_tokens), 0), count(output_tokens),
coalesce(sum(total_tokens), 0), count(total_tokens),
coalesce(sum(cache_read_tokens), 0), count(cache_read_tokens),
coalesce(sum(cost_nano), 0), count(cost_nano),
coalesce(sum(CASE WHEN cost_nano IS NULL THEN 0 ELSE total_tokens END), 0),
coalesce(sum(response_time_ms), 0), count(response_time_ms), min({x}), max({x})
