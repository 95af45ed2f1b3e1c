-- See rollup_row.sql.
INSERT INTO llm_rollup({rollup_columns:}, {measures:})
SELECT {rollup_keys:{x}}, {measures_minus_row:{x}} FROM llm_rollup_plan AS p
WHERE {x}id <= (SELECT watermark FROM llm_rollup_state) AND (p.dim <> 'unpriced' OR {x}cost_nano IS NULL)
