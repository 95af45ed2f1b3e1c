-- What needs tok's price list: made by tok_init() for its connection only, gone when it closes.

-- The price of every row of the ledger. A row of more than 10^12 tokens, which no request has,
-- could have a price beyond 64 bits; that error would keep all other rows from being priced.
CREATE TEMP VIEW IF NOT EXISTS tok_usage_cost(id, unix_time, cost_nano) AS
SELECT id, unix_time,
  CASE WHEN max(coalesce(input_tokens, 0), coalesce(output_tokens, 0)) <= 1000000000000 THEN {row_cost:} END
FROM main.llm_usage;

-- A trigger cannot write NEW, so the row is updated right after: in one UPDATE, total_tokens too,
-- which leaves nothing to do for llm_usage_fill; a total beyond an integer is cast, and then
-- refused as no request has it. A row whose cost was given keeps it. NEW is at hand, while the row
-- would have to be read and its time computed; where a trigger changed what is priced, that has set
-- a cost already.
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_priced AFTER INSERT ON main.llm_usage
WHEN NEW.cost_nano IS NULL AND NEW.cost_usd IS NULL
BEGIN
  UPDATE llm_usage SET (total_tokens, cost_nano, cost_usd) = (
    SELECT coalesce(llm_usage.total_tokens, CAST(NEW.input_tokens + NEW.output_tokens AS INTEGER)), nano, nano / 1e9
    FROM (SELECT coalesce(nullif(iif(mode = 'calculated', NULL, NEW.reported_cost_nano), 0),
        CASE WHEN mode <> 'reported' THEN {row_price:NEW.} END) AS nano
      FROM (SELECT (SELECT value FROM main.llm_setting WHERE name = 'cost_mode') AS mode LIMIT 1 OFFSET 0)
      LIMIT 1 OFFSET 0)) -- OFFSET: so that nano is computed once
  WHERE id = NEW.id AND cost_nano IS NULL;
END;

-- Setting a cost to NULL asks for it anew. Where there is no price nothing is written, so this
-- ends. The work is that of a view's trigger, because SQLite makes room for all of a trigger's body
-- at each UPDATE.
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
