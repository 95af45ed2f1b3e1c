-- The watermark after a fold that tok did: not an UPDATE, which would fold once more.
INSERT OR REPLACE INTO main.llm_rollup_state(id, watermark, batch, quotas, aside)
SELECT 1, ?1, batch, quotas, aside FROM main.llm_rollup_state;
