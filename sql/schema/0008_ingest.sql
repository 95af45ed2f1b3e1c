-- What an INSERT has to look at, in one row: beside the watermark, whether any quota asks for its
-- share and whether rows were put aside for a REPLACE. Both are kept by triggers; 1 where nothing
-- is to be done costs time, 0 is never wrong.
ALTER TABLE main.llm_rollup_state ADD COLUMN quotas INTEGER NOT NULL DEFAULT 0;  -- 1: llm_quota has rows
ALTER TABLE main.llm_rollup_state ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;   -- 1: llm_rollup_replaced has rows
UPDATE main.llm_rollup_state SET quotas = EXISTS (SELECT 1 FROM main.llm_quota),
  aside = EXISTS (SELECT 1 FROM main.llm_rollup_replaced);
