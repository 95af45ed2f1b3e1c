-- {quota_match:x}: does quota q cover row x of a table? Where x is a single row, {quota_routes:x}
-- is faster.
q.route IN ('*', 'k:' || {x}.api_key_id, 'u:' || {x}.user_id, 's:' || {x}.session_id, 't:' || {x}.tenant_id,
  'a:' || {x}.task_type, 'm:' || lower({x}.model), 'p:' || lower({x}.provider))
AND {quota_covers:{x}}
