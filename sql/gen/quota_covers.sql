-- {quota_covers:x}: does quota q, found by its route, cover row x of llm_usage or llm_hold? One
-- pattern decides; its labels keep a wildcard from reaching into the next field, but where a value
-- has char(31) itself. GLOB ends at a NUL, and so would all of a text in which one value has it:
-- printf takes of each value what stands before its NUL, so that no value hides a row from a quota.
{x}.unix_time >= q.since
AND printf('%ct=%s%cu=%s%ck=%s%cs=%s%ca=%s%cm=%s%cp=%s', char(31), {x}.tenant_id, char(31), {x}.user_id,
  char(31), {x}.api_key_id, char(31), {x}.session_id, char(31), {x}.task_type, char(31), lower({x}.model),
  char(31), lower({x}.provider)) GLOB q.pattern
AND (q.tag = '*' OR {tag_found:{x}} > 0)
