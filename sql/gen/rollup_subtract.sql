-- {rollup_subtract:OLD.}: the end of an INSERT that takes the row {x} away. Was it the first or the last, then
-- the new first or last is unknown, NULL, and whoever needs it looks into the ledger.
ON CONFLICT({rollup_columns:}) DO UPDATE SET {rollup_sums:},
first_at = CASE WHEN first_at < {unix_time:{x}} THEN first_at END,
last_at = CASE WHEN last_at > {unix_time:{x}} THEN last_at END
