-- What an INSERT has to look at, in one row: beside the watermark, whether any quota asks for its share and whether rows
-- were put aside for a REPLACE. Both are kept by triggers; 1 where nothing is to be done costs time, 0 is never wrong.
ALTER TABLE main.llm_rollup_state ADD COLUMN quotas INTEGER NOT NULL DEFAULT 0;  -- 1: llm_quota has rows
ALTER TABLE main.llm_rollup_state ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;   -- 1: llm_rollup_replaced has rows
UPDATE main.llm_rollup_state SET quotas = EXISTS (SELECT 1 FROM main.llm_quota),
  aside = EXISTS (SELECT 1 FROM main.llm_rollup_replaced);

-- UPDATEs under way that change both where a row is counted and how much: sql/triggers/llm_quota_usage.sql. Empty between
-- statements, but for rows that an UPDATE OR IGNORE left alone.
CREATE TABLE main.llm_quota_moving(id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;
