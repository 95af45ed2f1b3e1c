-- {quota_match:x}: does quota q cover row x of llm_usage or llm_hold? The route is an index look-up that leaves few; the
-- pattern decides. Its labels keep a wildcard from reaching into the next field.
q.route IN ('*', 'k:' || {x}.api_key_id, 'u:' || {x}.user_id, 's:' || {x}.session_id, 't:' || {x}.tenant_id,
  'a:' || {x}.task_type, 'm:' || lower({x}.model), 'p:' || lower({x}.provider))
AND {x}.unix_time >= q.since
AND char(31) || 't=' || coalesce({x}.tenant_id, '') || char(31) || 'u=' || coalesce({x}.user_id, '')
  || char(31) || 'k=' || coalesce({x}.api_key_id, '') || char(31) || 's=' || coalesce({x}.session_id, '')
  || char(31) || 'a=' || coalesce({x}.task_type, '') || char(31) || 'm=' || coalesce(lower({x}.model), '')
  || char(31) || 'p=' || coalesce(lower({x}.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace({x}.tags, '": "', '":"'), q.tag_text) > 0)
