-- {quota_discharge:OLD.}: the same, taken off.
{x}provider, {x}model, {x}task_type, {x}tenant_id, {x}user_id, {x}api_key_id, {x}session_id,
{x}tags, -1, -coalesce({x}input_tokens, 0), -coalesce({x}output_tokens, 0),
-coalesce({x}total_tokens, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0)),
-coalesce({x}cost_nano, 0), -({x}cost_nano IS NULL),
-iif({x}cost_nano IS NULL, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0), 0)
