-- {quota_moved:OLD.}: does the row of llm_usage belong to other counters than before, after an
-- UPDATE?
(NEW.timestamp <> {x}timestamp AND {unix_time:NEW.} <> {unix_time:{x}}
  OR NEW.id <> {x}id OR NEW.provider IS NOT {x}provider OR NEW.model IS NOT {x}model
  OR NEW.task_type IS NOT {x}task_type OR NEW.tenant_id IS NOT {x}tenant_id OR NEW.user_id IS NOT {x}user_id
  OR NEW.api_key_id IS NOT {x}api_key_id OR NEW.session_id IS NOT {x}session_id OR NEW.tags IS NOT {x}tags)
