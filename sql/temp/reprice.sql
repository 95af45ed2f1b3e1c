-- tok_reprice(): ?1 and ?2 are Unix seconds, a row is in [?1, ?2); ?3 is 1 for rows without a cost
-- only. A row whose price is unknown keeps the cost that it has.
UPDATE main.llm_usage AS u SET cost_nano = p.cost_nano
FROM (SELECT id, cost_nano FROM temp.tok_usage_cost WHERE unix_time >= ?1 AND unix_time < ?2) AS p
WHERE p.id = u.id AND p.cost_nano IS NOT NULL AND p.cost_nano IS NOT u.cost_nano
  AND (NOT ?3 OR u.cost_nano IS NULL);
