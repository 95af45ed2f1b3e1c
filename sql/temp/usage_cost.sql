-- What needs tok's price list: made by tok_init() for its connection only, gone when it closes.

-- The price of every row of the ledger.
CREATE TEMP VIEW IF NOT EXISTS tok_usage_cost(id, unix_time, cost_nano) AS
SELECT id, unix_time, {row_cost:} FROM main.llm_usage;

-- A trigger cannot write NEW, so the row is updated right after: in one UPDATE, total_tokens too, which leaves
-- nothing to do for llm_usage_fill_total. A row whose cost was given keeps it.
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_priced AFTER INSERT ON main.llm_usage
WHEN NEW.cost_nano IS NULL AND NEW.cost_usd IS NULL
BEGIN
  UPDATE llm_usage SET (total_tokens, cost_nano, cost_usd) = (
    SELECT coalesce(llm_usage.total_tokens, llm_usage.input_tokens + llm_usage.output_tokens), nano, nano / 1e9
    FROM (SELECT {row_cost:llm_usage.} AS nano LIMIT 1 OFFSET 0)) -- OFFSET: so that nano is computed once
  WHERE id = NEW.id;
END;

-- Setting a cost to NULL asks for it anew. Where there is no price nothing is written, so this ends. The work is that
-- of a view's trigger, because SQLite makes room for all of a trigger's body at each UPDATE.
CREATE TEMP VIEW IF NOT EXISTS tok_usage_stale(id) AS SELECT id FROM main.llm_usage WHERE false;
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_reprice INSTEAD OF INSERT ON tok_usage_stale
BEGIN
  UPDATE llm_usage SET cost_nano = p.cost_nano FROM temp.tok_usage_cost AS p
  WHERE p.id = NEW.id AND p.cost_nano IS NOT NULL AND llm_usage.id = NEW.id AND llm_usage.cost_nano IS NULL;
END;
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_repriced AFTER UPDATE OF cost_nano ON main.llm_usage
WHEN NEW.cost_nano IS NULL
BEGIN
  INSERT INTO tok_usage_stale VALUES (NEW.id);
END;
