-- {quota_arrival:OLD.}: the amounts of OLD at the place of NEW, as {quota_charge:} has them.
NEW.provider, NEW.model, NEW.task_type, NEW.tenant_id, NEW.user_id, NEW.api_key_id, NEW.session_id,
NEW.tags, 1, coalesce({x}input_tokens, 0), coalesce({x}output_tokens, 0),
coalesce({x}total_tokens, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0)), coalesce({x}cost_nano, 0),
{x}cost_nano IS NULL,
iif({x}cost_nano IS NULL, coalesce({x}input_tokens, 0) + coalesce({x}output_tokens, 0), 0)
