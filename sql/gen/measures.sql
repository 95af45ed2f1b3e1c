-- {measures:p.}: the sums of the roll-ups, in order; {x} is a prefix or nothing.
{x}requests, {x}input_tokens, {x}input_known, {x}output_tokens, {x}output_known, {x}total_tokens, {x}total_known,
{x}cache_read_tokens, {x}cache_read_known, {x}cost_nano, {x}cost_known, {x}priced_tokens,
{x}response_ms, {x}response_known, {x}first_at, {x}last_at
