-- {rollup_change:}: the end of an INSERT that changes amounts only.
ON CONFLICT({rollup_columns:}) DO UPDATE SET {rollup_sums:}
