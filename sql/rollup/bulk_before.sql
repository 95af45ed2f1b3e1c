-- tok_bulk_end(): what guards the INSERTs of a bulk, and triggers of UPDATE that have nothing to
-- add to what it does; they are made again afterwards.
DROP TRIGGER IF EXISTS temp.tok_bulk_given;
DROP TRIGGER IF EXISTS main.llm_usage_cost;
DROP TRIGGER IF EXISTS main.llm_rollup_amount;
DROP TRIGGER IF EXISTS main.llm_rollup_move;
DROP TRIGGER IF EXISTS temp.tok_usage_repriced;
