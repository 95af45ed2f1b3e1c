-- {rollup_add:}: the end of an INSERT that adds a row to llm_rollup. An unknown first_at stays unknown, even where
-- requests is 0: it may be 0 because the row that comes now was taken away before.
ON CONFLICT({rollup_columns:}) DO UPDATE SET {rollup_sums:},
first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)
