-- Makes the roll-ups anew from the ledger, in one go of the caller's transaction. In pieces, so
-- that what a fold holds at a time is bounded; any sqlite3 runs this too.
DELETE FROM main.llm_rollup;
UPDATE main.llm_rollup_state SET watermark = -9223372036854775808;
INSERT INTO main.llm_rollup_step(watermark)
WITH RECURSIVE step(id) AS (
  SELECT -9223372036854775808
  UNION ALL
  SELECT coalesce((SELECT u.id FROM main.llm_usage AS u WHERE u.id > step.id ORDER BY u.id LIMIT 1 OFFSET 262143),
                  (SELECT max(u.id) FROM main.llm_usage AS u WHERE u.id > step.id))
  FROM step WHERE step.id IS NOT NULL)
SELECT id FROM step WHERE id IS NOT NULL;
UPDATE main.llm_rollup_state SET watermark = 0 WHERE watermark < 0;
