-- {bucket_set:excluded.used}: the columns of a token bucket in an upsert of llm_counter; NULL where
-- it is none.
debt = CASE WHEN debt IS NOT NULL THEN (SELECT {bucket_debt:{x}} FROM llm_quota AS b WHERE b.id = llm_counter.quota_id) END,
    debt_at = max(debt_at, excluded.at)
