-- The rows that llm_usage_arrival_bounded and others would have refused: tok_bulk_end() does
-- (rollup/bulk_check.sql), and tok_init() keeps apart what was committed all the same
-- (rollup/bulk_late.sql).
DROP VIEW IF EXISTS main.llm_usage_beyond;
CREATE VIEW main.llm_usage_beyond(id, why) AS
SELECT id, CASE WHEN {no_request:} THEN 'amount' WHEN {nano_beyond:cost_nano} THEN 'cost' ELSE 'time' END FROM llm_usage
WHERE {no_request:} OR {nano_beyond:cost_nano} OR {beyond_years:timestamp};
