-- {row_amounts:NEW.}: what a row of the ledger adds to its groups.
{x}input_tokens, {x}output_tokens, {x}total_tokens, {x}cache_read_tokens, {x}cost_nano, {x}response_time_ms
