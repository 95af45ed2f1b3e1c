-- Usage by quarters of an hour (?1 = 900) or hours (3600), oldest first: what forecasts of the
-- ledger look at. ?2 the metric; ?3 <= time < ?4; :is_x says whether the filter has x, which may be
-- NULL.
SELECT unix_time - (unix_time % ?1 + ?1) % ?1 AS t,
  CASE ?2 WHEN 'cost' THEN sum(cost_nano) / 1e9 WHEN 'input' THEN sum(input_tokens)
    WHEN 'output' THEN sum(output_tokens) WHEN 'total' THEN sum(total_tokens) ELSE count(*) END AS amount
FROM main.llm_usage
WHERE unix_time >= ?3 AND unix_time < ?4
  AND {scope:}
GROUP BY 1 ORDER BY 1;
