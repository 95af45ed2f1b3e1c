-- {usage_keys:NEW.}: of a row of the ledger, what tells which groups and counters it belongs to.
{x}id, {x}timestamp, {x}tenant_id, {x}user_id, {x}api_key_id, {x}session_id, {x}provider, {x}model, {x}task_type, {x}tags
