-- {quota_moved:NEW}: does the row of llm_usage belong to other counters than before?
({x}.unix_time <> OLD.unix_time OR {x}.id <> OLD.id OR {x}.provider IS NOT OLD.provider OR {x}.model IS NOT OLD.model
  OR {x}.task_type IS NOT OLD.task_type OR {x}.tenant_id IS NOT OLD.tenant_id OR {x}.user_id IS NOT OLD.user_id
  OR {x}.api_key_id IS NOT OLD.api_key_id OR {x}.session_id IS NOT OLD.session_id OR {x}.tags IS NOT OLD.tags)
