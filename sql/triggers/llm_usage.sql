-- What every writer of llm_usage gets, with or without tok. Triggers set columns from the row as it
-- is now, never from NEW, because other triggers may have run before: the order of triggers is not
-- defined.

-- What happens most: a row without its total. One whose total is beyond an integer is refused
-- below, with the reason.
DROP TRIGGER IF EXISTS main.llm_usage_fill;
CREATE TRIGGER main.llm_usage_fill AFTER INSERT ON llm_usage
WHEN NEW.total_tokens IS NULL AND NEW.input_tokens + NEW.output_tokens <= 9223372036854775807
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id AND total_tokens IS NULL;
END;

-- All else that a new row may need. A timestamp of digits is Unix seconds: it becomes ISO-8601, or
-- is refused where that is beyond the year 9999, as milliseconds are. One of more than 999
-- milliseconds loses what it has more: before 3.46, SQLite's strftime rounds 23:59:59.9996 to the
-- next day, so that unix_time and its index would depend on whoever reads the file.
DROP TRIGGER IF EXISTS main.llm_usage_arrived;
CREATE TRIGGER main.llm_usage_arrived AFTER INSERT ON llm_usage
WHEN (SELECT NEW.id - watermark BETWEEN 1 AND batch AND quotas = 0 AND aside = 0 FROM llm_rollup_state) IS NOT 1
  OR NEW.cost_usd IS NOT NEW.cost_nano / 1e9 OR NEW.timestamp NOT GLOB '*[^0-9]*' OR {rounded_up:NEW.timestamp}
  OR {no_request:NEW.}
  OR NEW.request_id IS NOT NULL AND EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.request_id AND usage_id IS NULL)
BEGIN
  INSERT INTO llm_usage_arrival VALUES ({usage_keys:NEW.}, {usage_amounts:NEW.}, NEW.request_id, {unix_time:NEW.});
END;

DROP TRIGGER IF EXISTS main.llm_usage_complete;
CREATE TRIGGER main.llm_usage_complete INSTEAD OF INSERT ON llm_usage_arrival
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9 OR NEW.timestamp NOT GLOB '*[^0-9]*' OR {rounded_up:NEW.timestamp}
BEGIN
  SELECT RAISE(ABORT, 'tok: cost_nano is beyond 9.2e9 dollars') WHERE {nano_beyond:NEW.cost_nano};
  UPDATE llm_usage SET timestamp = CASE WHEN timestamp GLOB '*[^0-9]*' THEN {milliseconds:timestamp}
    ELSE coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch'), '') END
  WHERE id = NEW.id AND (timestamp NOT GLOB '*[^0-9]*' OR {rounded_up:timestamp});
  UPDATE llm_usage SET (cost_nano, cost_usd) = ({cost_pair:coalesce(cost_nano, {nano:cost_usd})})
  WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;

DROP TRIGGER IF EXISTS main.llm_usage_rounded;
CREATE TRIGGER main.llm_usage_rounded AFTER UPDATE OF timestamp ON llm_usage
WHEN {rounded_up:NEW.timestamp}
BEGIN
  UPDATE llm_usage SET timestamp = {milliseconds:timestamp} WHERE id = NEW.id AND {rounded_up:timestamp};
END;

-- What roll-ups and quotas follow has changed. The first triggers of UPDATE here: see
-- llm_usage_moves.sql.
DROP TRIGGER IF EXISTS main.llm_usage_moved;
CREATE TRIGGER main.llm_usage_moved AFTER UPDATE OF {id_names:}, timestamp, tenant_id, user_id, api_key_id, session_id,
  provider, model, task_type, tags ON llm_usage
WHEN (SELECT min(NEW.id, OLD.id) > watermark AND quotas = 0 FROM llm_rollup_state) IS NOT 1
BEGIN
  INSERT INTO llm_usage_move VALUES ({usage_keys:OLD.}, {row_amounts:OLD.}, {usage_keys:NEW.}, {row_amounts:NEW.});
END;

DROP TRIGGER IF EXISTS main.llm_usage_amounts;
CREATE TRIGGER main.llm_usage_amounts AFTER UPDATE OF input_tokens, output_tokens, total_tokens, cache_read_tokens,
  cost_nano, response_time_ms ON llm_usage
WHEN (SELECT NEW.id > watermark AND quotas = 0 FROM llm_rollup_state) IS NOT 1 OR {no_request:NEW.}
BEGIN
  INSERT INTO llm_usage_amount VALUES ({usage_keys:NEW.}, {row_amounts:NEW.}, {row_amounts:OLD.}, {unix_time:NEW.}, OLD.id);
END;

-- One of the two costs was set: the other follows; cost_nano where both were.
DROP TRIGGER IF EXISTS main.llm_usage_cost;
CREATE TRIGGER main.llm_usage_cost AFTER UPDATE OF cost_nano, cost_usd ON llm_usage
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9
  AND (NEW.cost_nano IS NOT OLD.cost_nano OR NEW.cost_usd IS NOT OLD.cost_usd)
BEGIN
  SELECT RAISE(ABORT, 'tok: cost_nano is beyond 9.2e9 dollars') WHERE {nano_beyond:NEW.cost_nano};
  INSERT INTO llm_usage_cost_set VALUES (NEW.id, NEW.cost_nano IS NOT OLD.cost_nano);
END;

-- Dollars that are no whole number of nano-dollars become the nearest that are.
DROP TRIGGER IF EXISTS main.llm_usage_cost_follows;
CREATE TRIGGER main.llm_usage_cost_follows INSTEAD OF INSERT ON llm_usage_cost_set
BEGIN
  UPDATE llm_usage SET cost_nano = {nano:cost_usd}
  WHERE id = NEW.id AND NOT NEW.nano AND cost_usd IS NOT cost_nano / 1e9;
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9 WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;

-- Tokens were corrected: total_tokens follows unless it was given too.
DROP TRIGGER IF EXISTS main.llm_usage_total;
CREATE TRIGGER main.llm_usage_total AFTER UPDATE OF input_tokens, output_tokens ON llm_usage
WHEN NEW.total_tokens IS OLD.total_tokens
  AND OLD.total_tokens IS OLD.input_tokens + OLD.output_tokens
  AND NEW.total_tokens IS NOT NEW.input_tokens + NEW.output_tokens
  AND (NEW.input_tokens + NEW.output_tokens <= 9223372036854775807) IS NOT 0
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id;
END;

-- What is priced was corrected but not its price: the old cost is wrong, so it becomes unknown. A
-- connection with tok prices the row at once (sql/temp), others leave that to tok_reprice().
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
-- A response_id of '' is none, as writers that know no NULL mean it: the row that had it until now
-- gets NULL, so that it is in nobody's way.
--
-- And a REPLACE takes rows away without a trigger of DELETE (unless recursive_triggers is on).
-- Which rows it would take is known before only, whether it did only after: rows that are in the
-- way are kept aside until then. Before an INSERT an id that was not given is -1; so no row may
-- come with that id (llm_rollup_insert refuses it).
DROP TRIGGER IF EXISTS main.llm_usage_repeated;
CREATE TRIGGER main.llm_usage_repeated BEFORE INSERT ON llm_usage
WHEN NEW.response_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM llm_usage WHERE provider IS NEW.provider AND response_id = NEW.response_id)
  OR NEW.id <> -1 AND EXISTS (SELECT 1 FROM llm_usage WHERE id = NEW.id)
BEGIN
  INSERT INTO llm_usage_same_response VALUES (NEW.provider, NEW.response_id);
  SELECT RAISE(IGNORE) WHERE NEW.provider IS NULL AND NEW.response_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM llm_usage WHERE provider IS NULL AND response_id = NEW.response_id);
  INSERT INTO llm_usage_in_the_way VALUES (NEW.id, NULL, NEW.provider, NEW.response_id);
END;

DROP TRIGGER IF EXISTS main.llm_usage_no_response;
CREATE TRIGGER main.llm_usage_no_response INSTEAD OF INSERT ON llm_usage_same_response
WHEN NEW.response_id = ''
BEGIN
  UPDATE llm_usage SET response_id = NULL WHERE provider IS NEW.provider AND response_id = '';
END;

DROP TRIGGER IF EXISTS main.llm_usage_before_update;
CREATE TRIGGER main.llm_usage_before_update BEFORE UPDATE OF {id_names:}, provider, response_id ON llm_usage
WHEN NEW.id <> OLD.id OR NEW.provider IS NOT OLD.provider OR NEW.response_id IS NOT OLD.response_id
BEGIN
  INSERT INTO llm_usage_in_the_way VALUES (NEW.id, OLD.id, NEW.provider, NEW.response_id);
END;
