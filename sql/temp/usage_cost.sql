-- What needs tok's price list: made by tok_init() for its connection only, gone when it closes.

-- The price of every row of the ledger, by the setting cost_mode. The one place where a row is priced. A reported
-- cost of 0 is no price: gateways report 0 for what they cannot price, and free models have a price of 0 in the list.
CREATE TEMP VIEW IF NOT EXISTS tok_usage_cost(id, unix_time, cost_nano) AS
SELECT id, unix_time, CASE (SELECT value FROM main.llm_setting WHERE name = 'cost_mode')
    WHEN 'reported' THEN nullif(reported_cost_nano, 0)
    WHEN 'calculated' THEN tok_row_cost_nano(model, provider, service_tier, input_tokens, output_tokens,
      cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, reasoning_tokens, unix_time)
    ELSE coalesce(nullif(reported_cost_nano, 0), tok_row_cost_nano(model, provider, service_tier,
      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
      reasoning_tokens, unix_time)) END
FROM main.llm_usage;

-- A trigger cannot write NEW, so the row is updated right after. A row whose cost was given keeps it.
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_priced AFTER INSERT ON main.llm_usage
WHEN NEW.cost_nano IS NULL AND NEW.cost_usd IS NULL
BEGIN
  UPDATE llm_usage SET (cost_nano, cost_usd) = (
    SELECT nano, nano / 1e9 FROM (  -- OFFSET: so that nano is computed once
      SELECT c.cost_nano AS nano FROM temp.tok_usage_cost AS c WHERE c.id = NEW.id LIMIT 1 OFFSET 0))
  WHERE id = NEW.id;
END;

-- Setting a cost to NULL asks for it anew. Where there is no price nothing is written, so this ends.
CREATE TEMP TRIGGER IF NOT EXISTS tok_usage_repriced AFTER UPDATE OF cost_nano ON main.llm_usage
WHEN NEW.cost_nano IS NULL
BEGIN
  UPDATE llm_usage SET cost_nano = p.cost_nano FROM temp.tok_usage_cost AS p
  WHERE p.id = NEW.id AND p.cost_nano IS NOT NULL AND llm_usage.id = NEW.id AND llm_usage.cost_nano IS NULL;
END;
