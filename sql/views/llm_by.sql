-- Spending by one property of the request: the roll-up and the tail, so that it costs the same
-- however long the ledger is. One view a line: name | column | its roll-up | level | the key there
-- | in the tail | the key k as shown | the rows of a key in the ledger.
--@ llm_by_model    | model     | model     | 0     | nullif(model, x'')     | model     | k | model IS k
--@ llm_by_provider | provider  | model     | 0     | nullif(provider, x'')  | provider  | k | provider IS k
--@ llm_by_task     | task_type | task_type | 0     | nullif(task_type, x'') | task_type | k | task_type IS k
--@ llm_by_tenant   | tenant_id | tenant_id | 0     | nullif(tenant_id, x'') | tenant_id | k | tenant_id IS k
DROP VIEW IF EXISTS main.{1};
CREATE VIEW main.{1} AS
SELECT {7} AS {2}, {spending:},
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
{iso:coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE {8} ORDER BY unix_time LIMIT 1))} AS first_at,
{iso:coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE {8} ORDER BY unix_time DESC LIMIT 1))} AS last_at
FROM (
  SELECT k, {measures_total:} FROM (
    SELECT {5} AS k, {measures:} FROM llm_rollup WHERE dim = '{3}' AND level = {4} AND requests > 0
    UNION ALL
    SELECT {6}, {measures_of_rows:at} FROM ({tail:{6},}) GROUP BY 1)
  GROUP BY k);
