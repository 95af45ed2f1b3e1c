-- The watermark after a fold that tok did: not an UPDATE, which would fold once more.
INSERT OR REPLACE INTO main.llm_rollup_state(id, watermark, batch) SELECT 1, ?1, batch FROM main.llm_rollup_state;
