-- {time_columns:3600}: what llm_by_hour shows of an hour from k on, of the day that begins with the
-- text t; so llm_by_day.
{spending:},
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / (SELECT cost FROM whole) AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
{time_text:coalesce(first_at, (SELECT min(unix_time) FROM llm_usage WHERE unix_time >= k AND unix_time < k + {x}))} AS first_at,
{time_text:coalesce(last_at, (SELECT max(unix_time) FROM llm_usage WHERE unix_time >= k AND unix_time < k + {x}))} AS last_at
