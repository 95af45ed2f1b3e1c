-- {quota_moving:OLD.}: an UPDATE of the row NEW: where it is then, and its amounts before and after.
coalesce(NEW.timestamp, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) || quote(NEW.provider) || quote(NEW.model)
  || quote(NEW.task_type) || quote(NEW.tenant_id) || quote(NEW.user_id) || quote(NEW.api_key_id) || quote(NEW.session_id)
  || quote(NEW.tags) || ' ' || quote({x}input_tokens) || ' ' || quote({x}output_tokens) || ' ' || quote({x}total_tokens)
  || ' ' || quote({x}cost_nano) || ' ' || quote(NEW.input_tokens) || ' ' || quote(NEW.output_tokens) || ' '
  || quote(NEW.total_tokens) || ' ' || quote(NEW.cost_nano)
