-- {measures_of_row:NEW.}: the measures of one row of the ledger.
1, coalesce({x}input_tokens, 0), {x}input_tokens IS NOT NULL,
coalesce({x}output_tokens, 0), {x}output_tokens IS NOT NULL,
coalesce({x}total_tokens, 0), {x}total_tokens IS NOT NULL,
coalesce({x}cache_read_tokens, 0), {x}cache_read_tokens IS NOT NULL,
coalesce({x}cost_nano, 0), {x}cost_nano IS NOT NULL,
CASE WHEN {x}cost_nano IS NULL THEN 0 ELSE coalesce({x}total_tokens, 0) END,
coalesce({x}response_time_ms, 0), {x}response_time_ms IS NOT NULL, {unix_time:{x}}, {unix_time:{x}}
