-- Requests without a cost, by model: no price is known, or nobody with tok has priced them
-- (tok_reprice).
DROP VIEW IF EXISTS main.llm_unpriced;
CREATE VIEW main.llm_unpriced AS
SELECT provider, model, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
{iso:coalesce(first_at, (SELECT unix_time FROM llm_usage AS u
  WHERE u.cost_nano IS NULL AND u.provider IS g.provider AND u.model IS g.model
  ORDER BY unix_time LIMIT 1))} AS first_at,
{iso:coalesce(last_at, (SELECT unix_time FROM llm_usage AS u
  WHERE u.cost_nano IS NULL AND u.provider IS g.provider AND u.model IS g.model
  ORDER BY unix_time DESC LIMIT 1))} AS last_at
FROM (
  SELECT provider, model, {measures_total:} FROM (
    SELECT nullif(provider, x'') AS provider, nullif(model, x'') AS model, {measures:}
    FROM llm_rollup WHERE dim = 'unpriced' AND level = 0 AND requests > 0
    UNION ALL
    SELECT provider, model, {measures:} FROM llm_rollup_tail WHERE cost_known = 0)
  GROUP BY provider, model) AS g;
