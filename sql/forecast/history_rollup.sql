-- The same as history.sql by hours from the roll-ups, for filters that a roll-up knows: ?5 is its
-- dim. Hours that are not over at ?4, and what the roll-ups do not hold yet, are read row by row.
WITH hours(t, requests, input_tokens, output_tokens, total_tokens, cost_nano) AS (
  SELECT bucket, requests, input_tokens, output_tokens, total_tokens, cost_nano FROM main.llm_rollup
  WHERE dim = +?5 AND level = 3600 AND bucket >= ?3
    AND bucket < ?4 - (?4 % 3600 + 3600) % 3600 AND requests > 0
    AND (NOT :is_tenant_id OR nullif(tenant_id, x'') IS :tenant_id)
    AND (NOT :is_provider OR nullif(provider, x'') IS :provider)
    AND (NOT :is_model OR nullif(model, x'') IS :model)
    AND (NOT :is_task_type OR nullif(task_type, x'') IS :task_type)
  UNION ALL
  SELECT unix_time - (unix_time % ?1 + ?1) % ?1, requests, input_tokens, output_tokens, total_tokens, cost_nano
  FROM main.llm_rollup_tail
  WHERE unix_time >= ?3 AND unix_time < ?4 - (?4 % 3600 + 3600) % 3600
    AND (NOT :is_tenant_id OR tenant_id IS :tenant_id)
    AND (NOT :is_provider OR provider IS :provider)
    AND (NOT :is_model OR model IS :model)
    AND (NOT :is_task_type OR task_type IS :task_type)
  UNION ALL
  SELECT unix_time - (unix_time % ?1 + ?1) % ?1, 1, input_tokens, output_tokens, total_tokens, cost_nano
  FROM main.llm_usage
  WHERE unix_time >= max(?3, ?4 - (?4 % 3600 + 3600) % 3600) AND unix_time < ?4
    AND (NOT :is_tenant_id OR tenant_id IS :tenant_id)
    AND (NOT :is_provider OR provider IS :provider)
    AND (NOT :is_model OR model IS :model)
    AND (NOT :is_task_type OR task_type IS :task_type))
SELECT t, CASE ?2 WHEN 'cost' THEN sum(cost_nano) / 1e9 WHEN 'input' THEN sum(input_tokens)
  WHEN 'output' THEN sum(output_tokens) WHEN 'total' THEN sum(total_tokens) ELSE sum(requests) END AS amount
FROM hours GROUP BY t ORDER BY t;
