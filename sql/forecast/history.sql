-- Usage by quarters of an hour (?1 = 900) or hours (3600), oldest first: what forecasts of the
-- ledger look at. ?2 the metric; ?3 <= time < ?4; :is_x says whether the filter has x, which may be
-- NULL.
SELECT unix_time - (unix_time % ?1 + ?1) % ?1 AS t,
  CASE ?2 WHEN 'cost' THEN sum(cost_nano) / 1e9 WHEN 'input' THEN sum(input_tokens)
    WHEN 'output' THEN sum(output_tokens) WHEN 'total' THEN sum(total_tokens) ELSE count(*) END AS amount
FROM main.llm_usage
WHERE unix_time >= ?3 AND unix_time < ?4
  AND (NOT :is_tenant_id OR tenant_id IS :tenant_id)
  AND (NOT :is_user_id OR user_id IS :user_id)
  AND (NOT :is_api_key_id OR api_key_id IS :api_key_id)
  AND (NOT :is_session_id OR session_id IS :session_id)
  AND (NOT :is_provider OR provider IS :provider)
  AND (NOT :is_model OR model IS :model)
  AND (NOT :is_task_type OR task_type IS :task_type)
  AND (NOT :is_tag OR instr(tags, '"' || iif(instr(:tag, ':'), substr(:tag, 1, instr(:tag, ':') - 1) || '":"'
    || substr(:tag, instr(:tag, ':') + 1), :tag) || '"') > 0)
GROUP BY 1 ORDER BY 1;
