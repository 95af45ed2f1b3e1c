-- {no_request:NEW.}: are these amounts that no request has? Then a unit is wrong, or it is a sum:
-- two rows of 2^63 - 1 tokens would make every sum over them fail, and with it the INSERTs of
-- others. Millions of requests at the limit still add up.
{x}input_tokens > 1000000000000 OR {x}output_tokens > 1000000000000 OR {x}total_tokens > 2000000000000
OR {x}response_time_ms > 1000000000000
