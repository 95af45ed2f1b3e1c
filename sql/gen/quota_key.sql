-- {quota_key:x}: which of quota q's counters row x belongs to: one for all, one a value, or one a
-- tuple of values.
CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce({x}.tenant_id, '')
  WHEN 'user_id' THEN coalesce({x}.user_id, '')
  WHEN 'api_key_id' THEN coalesce({x}.api_key_id, '')
  WHEN 'session_id' THEN coalesce({x}.session_id, '')
  WHEN 'provider' THEN coalesce(lower({x}.provider), '')
  WHEN 'model' THEN coalesce(lower({x}.model), '')
  WHEN 'task_type' THEN coalesce({x}.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote({x}.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote({x}.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote({x}.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote({x}.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower({x}.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower({x}.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote({x}.task_type), ''), 2)
  END
