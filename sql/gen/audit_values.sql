-- {audit_values:s_}: the value of the measure that name says.
CASE name
WHEN 'requests' THEN {x}requests WHEN 'input_tokens' THEN {x}input_tokens
WHEN 'input_known' THEN {x}input_known WHEN 'output_tokens' THEN {x}output_tokens
WHEN 'output_known' THEN {x}output_known WHEN 'total_tokens' THEN {x}total_tokens
WHEN 'total_known' THEN {x}total_known WHEN 'cache_read_tokens' THEN {x}cache_read_tokens
WHEN 'cache_read_known' THEN {x}cache_read_known WHEN 'cost_nano' THEN {x}cost_nano
WHEN 'cost_known' THEN {x}cost_known WHEN 'priced_tokens' THEN {x}priced_tokens
WHEN 'response_ms' THEN {x}response_ms WHEN 'response_known' THEN {x}response_known
WHEN 'first_at' THEN {x}first_at WHEN 'last_at' THEN {x}last_at
END
