-- {quota_routes:NEW}: the routes under which quotas may be found that cover the row NEW. A list
-- that is walked: IN would make a table of it for every row.
(SELECT '*' AS route UNION ALL SELECT 'k:' || {x}.api_key_id UNION ALL SELECT 'u:' || {x}.user_id
  UNION ALL SELECT 's:' || {x}.session_id UNION ALL SELECT 't:' || {x}.tenant_id
  UNION ALL SELECT 'a:' || {x}.task_type UNION ALL SELECT 'm:' || lower({x}.model)
  UNION ALL SELECT 'p:' || lower({x}.provider))
