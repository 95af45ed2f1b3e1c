-- {scope:}: rows of llm_usage that agree with a filter_json: :is_x says whether the filter has x,
-- which may be NULL.
(NOT :is_tenant_id OR tenant_id IS :tenant_id)
  AND (NOT :is_user_id OR user_id IS :user_id)
  AND (NOT :is_api_key_id OR api_key_id IS :api_key_id)
  AND (NOT :is_session_id OR session_id IS :session_id)
  AND (NOT :is_provider OR provider IS :provider)
  AND (NOT :is_model OR model IS :model)
  AND (NOT :is_task_type OR task_type IS :task_type)
  AND (NOT :is_tag OR EXISTS (SELECT 1 FROM (SELECT '"' || iif(instr(:tag, ':'), substr(:tag, 1, instr(:tag, ':') - 1)
    || '":"' || substr(:tag, instr(:tag, ':') + 1), :tag) || '"' AS tag_text) AS q WHERE {tag_found:llm_usage}))
