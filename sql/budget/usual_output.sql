-- Output tokens of the last answers to requests like this one, in order: ?1 model, ?2 task_type, ?3
-- rows of the ledger to look back at.
SELECT output_tokens FROM (
  SELECT model, task_type, output_tokens FROM main.llm_usage ORDER BY id DESC LIMIT ?3)
WHERE model IS ?1 AND task_type IS ?2 AND output_tokens IS NOT NULL ORDER BY output_tokens
