-- What each tenant, model, task and provider brought in an event, :start <= time < :until, and in
-- the :count spans of the same length that lie :shift, 2 :shift, … seconds before it; and what all
-- brought. Values that are NULL are in the sums and have no row.
WITH RECURSIVE span(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM span WHERE k < :count),
cell AS MATERIALIZED (
  SELECT k > 0 AS before, tenant_id, model, task_type, provider,
    CASE :metric WHEN 'cost' THEN sum(cost_nano) / 1e9 WHEN 'input' THEN sum(input_tokens)
      WHEN 'output' THEN sum(output_tokens) WHEN 'total' THEN sum(total_tokens) ELSE count(*) END AS amount
  FROM span CROSS JOIN main.llm_usage
  WHERE unix_time >= :start - k * :shift AND unix_time < :until - k * :shift
    AND {scope:}
  GROUP BY 1, 2, 3, 4, 5),
sums AS (SELECT total(amount) FILTER (WHERE NOT before) AS actual, total(amount) FILTER (WHERE before) AS base FROM cell),
part AS (
  SELECT 1 AS n, 'tenant_id' AS dim, tenant_id AS value, before, amount FROM cell
  UNION ALL SELECT 2, 'model', model, before, amount FROM cell
  UNION ALL SELECT 3, 'task_type', task_type, before, amount FROM cell
  UNION ALL SELECT 4, 'provider', provider, before, amount FROM cell)
SELECT dim, value, total(amount) FILTER (WHERE NOT before), total(amount) FILTER (WHERE before), sums.actual, sums.base
FROM part CROSS JOIN sums WHERE value IS NOT NULL
GROUP BY n, value ORDER BY n, value;
