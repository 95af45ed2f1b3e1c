-- {row_keys:NEW.}: what decides in which groups a row of the ledger is.
{x}timestamp, {x}tenant_id, {x}provider, {x}model, {x}task_type
