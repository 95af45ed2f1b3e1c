-- What every writer of llm_usage gets, with or without tok. Triggers set columns from the row as it is now,
-- never from NEW, because other triggers may have run before: the order of triggers is not defined.

-- SQLite makes room for the whole body of a trigger whenever its event happens, before it looks at the condition. So
-- what is seldom needed is done by INSTEAD OF triggers of views that show no row, and the triggers of llm_usage are light.
DROP TRIGGER IF EXISTS main.llm_usage_fill_total;
DROP TRIGGER IF EXISTS main.llm_usage_fill_timestamp;
DROP TRIGGER IF EXISTS main.llm_usage_fill_cost_usd;
DROP TRIGGER IF EXISTS main.llm_usage_fill_cost_nano;

-- A row just inserted: what was not given is filled in. An UPDATE of few columns is cheaper than one of all.
DROP VIEW IF EXISTS main.llm_usage_given;
CREATE VIEW main.llm_usage_given(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER main.llm_usage_complete INSTEAD OF INSERT ON llm_usage_given
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens
  WHERE id = NEW.id AND total_tokens IS NULL AND input_tokens + output_tokens IS NOT NULL;
  UPDATE llm_usage SET timestamp = strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch')
  WHERE id = NEW.id AND timestamp NOT GLOB '*[^0-9]*';
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9
  WHERE id = NEW.id AND cost_nano IS NOT NULL AND cost_usd IS NOT cost_nano / 1e9;
  UPDATE llm_usage SET cost_nano = {nano:cost_usd}
  WHERE id = NEW.id AND cost_nano IS NULL AND cost_usd IS NOT NULL;
END;

DROP TRIGGER IF EXISTS main.llm_usage_fill;
CREATE TRIGGER main.llm_usage_fill AFTER INSERT ON llm_usage
WHEN NEW.cost_nano IS NOT NULL OR NEW.cost_usd IS NOT NULL OR NEW.timestamp NOT GLOB '*[^0-9]*'
  OR (NEW.total_tokens IS NULL AND NEW.input_tokens + NEW.output_tokens IS NOT NULL
    AND (SELECT total_tokens FROM llm_usage WHERE id = NEW.id) IS NULL) -- what prices the row may have done it
BEGIN
  INSERT INTO llm_usage_given VALUES (NEW.id);
END;

-- cost_nano was set: cost_usd follows.
DROP VIEW IF EXISTS main.llm_usage_nano_set;
CREATE VIEW main.llm_usage_nano_set(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER main.llm_usage_usd_follows INSTEAD OF INSERT ON llm_usage_nano_set
BEGIN
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9 WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;

DROP TRIGGER IF EXISTS main.llm_usage_cost_nano;
CREATE TRIGGER main.llm_usage_cost_nano AFTER UPDATE OF cost_nano ON llm_usage
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9 AND NEW.cost_nano IS NOT OLD.cost_nano
BEGIN
  INSERT INTO llm_usage_nano_set VALUES (NEW.id);
END;

-- cost_usd was set alone: cost_nano follows.
DROP VIEW IF EXISTS main.llm_usage_usd_set;
CREATE VIEW main.llm_usage_usd_set(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER main.llm_usage_nano_follows INSTEAD OF INSERT ON llm_usage_usd_set
BEGIN
  UPDATE llm_usage SET cost_nano = {nano:cost_usd} WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;

DROP TRIGGER IF EXISTS main.llm_usage_cost_usd;
CREATE TRIGGER main.llm_usage_cost_usd AFTER UPDATE OF cost_usd ON llm_usage
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9 AND NEW.cost_usd IS NOT OLD.cost_usd AND NEW.cost_nano IS OLD.cost_nano
BEGIN
  INSERT INTO llm_usage_usd_set VALUES (NEW.id);
END;

-- Tokens were corrected: total_tokens follows unless it was given too.
DROP TRIGGER IF EXISTS main.llm_usage_total;
CREATE TRIGGER main.llm_usage_total AFTER UPDATE OF input_tokens, output_tokens ON llm_usage
WHEN NEW.total_tokens IS OLD.total_tokens
  AND OLD.total_tokens IS OLD.input_tokens + OLD.output_tokens
  AND NEW.total_tokens IS NOT NEW.input_tokens + NEW.output_tokens
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id;
END;

-- What is priced was corrected but not its price: the old cost is wrong, so it becomes unknown. A connection
-- with tok prices the row at once (sql/temp), others leave that to tok_reprice().
DROP TRIGGER IF EXISTS main.llm_usage_stale_cost;
CREATE TRIGGER main.llm_usage_stale_cost AFTER UPDATE OF provider, model, service_tier, input_tokens,
  output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens ON llm_usage
WHEN NEW.cost_nano IS OLD.cost_nano AND NEW.cost_usd IS OLD.cost_usd
  AND (NEW.provider IS NOT OLD.provider OR NEW.model IS NOT OLD.model
    OR NEW.service_tier IS NOT OLD.service_tier
    OR NEW.input_tokens IS NOT OLD.input_tokens OR NEW.output_tokens IS NOT OLD.output_tokens
    OR NEW.cache_read_tokens IS NOT OLD.cache_read_tokens
    OR NEW.cache_write_tokens IS NOT OLD.cache_write_tokens
    OR NEW.cache_write_1h_tokens IS NOT OLD.cache_write_1h_tokens)
BEGIN
  UPDATE llm_usage SET cost_nano = NULL, cost_usd = NULL WHERE id = NEW.id;
END;

-- UNIQUE takes two NULL providers for different ones; a repeated response is ignored there too.
--
-- And a REPLACE takes rows away without a trigger of DELETE (unless recursive_triggers is on). Which rows it would take
-- is known before only, whether it did only after: rows of the roll-ups that are in the way are kept aside until then.
DROP TRIGGER IF EXISTS main.llm_usage_repeated;
CREATE TRIGGER main.llm_usage_repeated BEFORE INSERT ON llm_usage
WHEN NEW.response_id IS NOT NULL OR EXISTS (SELECT 1 FROM llm_usage WHERE id = NEW.id)
BEGIN
  SELECT RAISE(IGNORE) WHERE NEW.provider IS NULL AND NEW.response_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM llm_usage WHERE provider IS NULL AND response_id = NEW.response_id);
  INSERT INTO llm_rollup_in_the_way VALUES (NEW.id, NULL, NEW.provider, NEW.response_id);
END;

DROP TRIGGER IF EXISTS main.llm_usage_before_update;
CREATE TRIGGER main.llm_usage_before_update BEFORE UPDATE OF id, provider, response_id ON llm_usage
WHEN NEW.id <> OLD.id OR NEW.provider IS NOT OLD.provider OR NEW.response_id IS NOT OLD.response_id
BEGIN
  INSERT INTO llm_rollup_in_the_way VALUES (NEW.id, OLD.id, NEW.provider, NEW.response_id);
END;
