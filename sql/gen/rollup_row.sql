-- {rollup_row:NEW.}, {rollup_row_minus:OLD.}: one row of the ledger into its roll-ups or out of them; more
-- conditions and {rollup_add:} or {rollup_subtract:} follow.
INSERT INTO llm_rollup({rollup_columns:}, {measures:})
SELECT {rollup_keys:{x}}, {measures_of_row:{x}} FROM llm_rollup_plan AS p
WHERE {x}id <= (SELECT watermark FROM llm_rollup_state) AND (p.dim <> 'unpriced' OR {x}cost_nano IS NULL)
