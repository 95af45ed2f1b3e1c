-- tok_bulk_begin(): the triggers of INSERT go until tok_bulk_end(), and llm_meta says so, for
-- whoever finds this file without them.
DROP TRIGGER IF EXISTS main.llm_usage_fill;
DROP TRIGGER IF EXISTS main.llm_usage_complete;
DROP TRIGGER IF EXISTS main.llm_rollup_insert;
DROP TRIGGER IF EXISTS temp.tok_usage_priced;
DROP TRIGGER IF EXISTS temp.tok_rollup_folded;
UPDATE main.llm_meta SET value = 'bulk ' || (SELECT coalesce(max(id), -9223372036854775808) FROM main.llm_usage)
WHERE key = 'definitions';
