-- Folds the tail in C each 4096 ids (TOK_FOLD_ROWS of ext/ledger/rollup_sql.h): a larger step makes
-- larger tails, a smaller one writes more often.
CREATE TEMP TRIGGER IF NOT EXISTS tok_rollup_folded AFTER INSERT ON main.llm_usage
WHEN NEW.id % 4096 = 0
BEGIN
  SELECT tok_rollup_fold(NEW.id - 1);
END;
