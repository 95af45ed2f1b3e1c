-- Requests by quarters of an hour, oldest first, and of how many of them the metric is known (a
-- request without a price has no cost): what anomalies need beside history.sql. :is_x says whether
-- the filter has x, which may be NULL.
SELECT unix_time - (unix_time % 900 + 900) % 900 AS t, count(*) AS requests,
  CASE :metric WHEN 'cost' THEN count(cost_nano) WHEN 'input' THEN count(input_tokens)
    WHEN 'output' THEN count(output_tokens) WHEN 'total' THEN count(total_tokens) ELSE count(*) END AS known
FROM main.llm_usage
WHERE unix_time >= :since AND unix_time < :until
  AND {scope:}
GROUP BY 1 ORDER BY 1;
