-- tok_bulk_end(): what the triggers of INSERT would have done to the rows since tok_bulk_begin(),
-- those after ?1, all at once. The triggers of UPDATE are not there meanwhile (bulk_before.sql).
DELETE FROM main.llm_usage WHERE +id > ?1 AND provider IS NULL AND response_id IS NOT NULL
  AND EXISTS (
    SELECT 1 FROM main.llm_usage AS first WHERE first.provider IS NULL
      AND first.response_id = llm_usage.response_id AND first.id < llm_usage.id);
UPDATE main.llm_usage SET total_tokens = coalesce(total_tokens, input_tokens + output_tokens),
  (cost_nano, cost_usd) = (
    SELECT nano, nano / 1e9
    FROM (SELECT CASE WHEN llm_usage.cost_nano IS NOT NULL THEN llm_usage.cost_nano
      WHEN llm_usage.cost_usd IS NOT NULL THEN {nano:llm_usage.cost_usd}
      ELSE {row_cost:llm_usage.} END AS nano LIMIT 1 OFFSET 0)) -- OFFSET: computed once
WHERE id > ?1 AND (cost_nano IS NULL OR total_tokens IS NULL OR cost_usd IS NOT cost_nano / 1e9);
DELETE FROM main.llm_rollup_replaced;
UPDATE main.llm_rollup_state SET aside = 0;
