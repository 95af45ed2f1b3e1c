-- {tail_rows:}: the rows after the watermark (sql/schema/0004_rollup.sql), of which no roll-up
-- knows.
FROM llm_usage NOT INDEXED WHERE id > (SELECT watermark FROM llm_rollup_state)
