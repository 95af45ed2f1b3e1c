-- {rollup_fold:}: the end of an INSERT that adds folded rows to llm_rollup: a group without rows
-- starts anew.
ON CONFLICT({rollup_columns:}) DO UPDATE SET {rollup_sums:},
first_at = CASE requests WHEN 0 THEN excluded.first_at ELSE min(first_at, excluded.first_at) END,
last_at = CASE requests WHEN 0 THEN excluded.last_at ELSE max(last_at, excluded.last_at) END
