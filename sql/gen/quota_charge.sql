-- {quota_charge:NEW.}: row NEW of llm_usage as the first columns of the view llm_quota_charge, but
-- for its time.
{x}provider, {x}model, {x}task_type, {x}tenant_id, {x}user_id, {x}api_key_id, {x}session_id,
{x}tags, 1, coalesce({x}input_tokens, 0), coalesce({x}output_tokens, 0),
coalesce({x}total_tokens, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0)), coalesce({x}cost_nano, 0),
{x}cost_nano IS NULL,
iif({x}cost_nano IS NULL, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0), 0)
