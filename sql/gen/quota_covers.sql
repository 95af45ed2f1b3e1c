-- {quota_covers:x}: does quota q, found by its route, cover row x of llm_usage or llm_hold? One
-- pattern decides; its labels keep a wildcard from reaching into the next field.
{x}.unix_time >= q.since
AND char(31) || 't=' || coalesce({x}.tenant_id, '') || char(31) || 'u=' || coalesce({x}.user_id, '')
  || char(31) || 'k=' || coalesce({x}.api_key_id, '') || char(31) || 's=' || coalesce({x}.session_id, '')
  || char(31) || 'a=' || coalesce({x}.task_type, '') || char(31) || 'm=' || coalesce(lower({x}.model), '')
  || char(31) || 'p=' || coalesce(lower({x}.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace({x}.tags, '": "', '":"'), q.tag_text) > 0)
