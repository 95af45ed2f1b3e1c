-- Usage into counters. NEW and OLD only, never the row as it is now: what other triggers change by
-- an UPDATE of their own arrives here as a difference, so the sum is right in whatever order
-- triggers run. Upserts keep their meaning under INSERT OR REPLACE and OR IGNORE, other conflict
-- clauses do not.
--
-- Short on purpose: every INSERT that an application prepares compiles all of this, so the matching
-- of quotas is there once, as the INSTEAD OF trigger of a view, which is SQLite's way to have a
-- procedure. It is called with VALUES: of a SELECT SQLite makes a table first, with a page cache of
-- 90 kB. The counters' upsert has to.
--
-- The last column of a charge says what a guard is to look at (llm_quota_counter.sql has the rule):
--   0   nothing
--   1   usage that comes in
--   2   a row that was changed: by quotas that count more of it than before
--   4   likewise, and by quotas of cost that take none without a price: it lost its price
--   8   likewise, but not by quotas of cost: it got its first price, which is recorded in any case
--   16  likewise, and by quotas of cost: its price was unknown for a moment, and is higher now

DROP TRIGGER IF EXISTS main.llm_quota_charge_call;
CREATE TRIGGER main.llm_quota_charge_call INSTEAD OF INSERT ON llm_quota_charge
BEGIN
  INSERT OR ABORT INTO llm_counter(quota_id, key, start, used, requests, unpriced, checks, at, usage_id)
  SELECT q.id, {quota_key:NEW}, {quota_start:NEW.unix_time}, {quota_units:NEW},
    NEW.requests, iif(q.metric = 'cost', NEW.unpriced, 0), CASE
      WHEN NEW.checks < 2 THEN NEW.checks
      WHEN q.guard <> 'write' THEN 0
      WHEN q.metric <> 'cost' OR NEW.checks = 2 THEN 2 * ({quota_units:NEW} > 0)
      WHEN NEW.checks = 4 THEN 4 + 2 * ({quota_units:NEW} > 0)
      ELSE 2 * (NEW.checks = 16) END, NEW.at, NEW.usage_id
  FROM {quota_routes:NEW} AS w CROSS JOIN llm_quota AS q ON q.route = w.route
  WHERE {quota_covers:NEW}
    AND (NEW.requests <> 0 OR NEW.checks & 1 OR CASE q.metric  -- a late price is nothing to quotas of tokens
      WHEN 'input' THEN NEW.input_tokens <> 0
      WHEN 'output' THEN NEW.output_tokens <> 0
      WHEN 'total' THEN NEW.total_tokens <> 0
      WHEN 'cost' THEN NEW.cost_nano <> 0 OR NEW.unpriced <> 0 OR NEW.unpriced_tokens <> 0 END)
  ON CONFLICT(quota_id, key, start) DO UPDATE SET used = used + excluded.used, requests = requests + excluded.requests,
    unpriced = unpriced + excluded.unpriced, checks = checks + excluded.checks, at = excluded.at,
    usage_id = excluded.usage_id, {bucket_set:excluded.used};
END;

DROP TRIGGER IF EXISTS main.llm_quota_insert;
CREATE TRIGGER main.llm_quota_insert INSTEAD OF INSERT ON llm_usage_arrival
WHEN EXISTS (SELECT 1 FROM llm_quota)
  OR NEW.request_id IS NOT NULL AND EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.request_id AND usage_id IS NULL)
BEGIN
  -- the hold that this usage settles, before the charge: a settled call is never refused
  UPDATE llm_hold SET state = 'settled', usage_id = NEW.id WHERE ref = NEW.request_id AND usage_id IS NULL;
  UPDATE llm_replaced SET gone = 1 WHERE id = NEW.id OR NOT EXISTS (SELECT 1 FROM llm_usage WHERE id = llm_replaced.id);
  DELETE FROM llm_replaced;
  INSERT INTO llm_quota_charge VALUES (NEW.unix_time, {quota_charge:NEW.}, NEW.unix_time, NEW.id, 1);
END;

-- What the amounts of a row differ by; while it moves, that waits (llm_usage_moves.sql).
DROP TRIGGER IF EXISTS main.llm_quota_update;
CREATE TRIGGER main.llm_quota_update INSTEAD OF INSERT ON llm_usage_amount
WHEN {quota_changed:NEW.old_} AND EXISTS (SELECT 1 FROM llm_quota)
  AND NOT {quota_waits:NEW.id}
BEGIN
  -- a row that its UPDATE OR REPLACE took away makes room first, also where a total follows by
  -- itself
  INSERT INTO llm_quota_gone VALUES (NEW.old_id, NEW.id);
  INSERT INTO llm_quota_charge VALUES (NEW.unix_time, {quota_difference:-}, NEW.unix_time, NEW.id,
    CASE WHEN NEW.old_cost_nano IS NULL AND NEW.cost_nano IS NOT NULL THEN 8
      WHEN NEW.old_cost_nano IS NOT NULL AND NEW.cost_nano IS NULL THEN coalesce((
        SELECT CASE WHEN cost_nano IS NULL THEN 4 WHEN cost_nano > NEW.old_cost_nano THEN 16 ELSE 8 END
        FROM llm_usage WHERE id = NEW.id), 0)
      ELSE 2 END);
END;

-- UPDATE OR REPLACE took another row away. What an ignored INSERT or an upsert left is no such row,
-- nor is what a REPLACE took whose own row a trigger of the application updates before that row has
-- arrived.
DROP TRIGGER IF EXISTS main.llm_quota_replaced_by_update;
CREATE TRIGGER main.llm_quota_replaced_by_update AFTER UPDATE OF {id_names:}, provider, response_id, model, task_type,
  tenant_id, user_id, api_key_id, session_id, tags ON llm_usage
BEGIN
  INSERT INTO llm_quota_gone VALUES (OLD.id, NEW.id);
END;

DROP TRIGGER IF EXISTS main.llm_quota_gone_call;
CREATE TRIGGER main.llm_quota_gone_call INSTEAD OF INSERT ON llm_quota_gone
WHEN EXISTS (SELECT 1 FROM llm_replaced)
BEGIN
  UPDATE llm_replaced SET gone = 1
  WHERE id = NEW.id AND NEW.old_id <> NEW.id OR NOT EXISTS (SELECT 1 FROM llm_usage WHERE id = llm_replaced.id);
  DELETE FROM llm_replaced WHERE gone;
END;

DROP TRIGGER IF EXISTS main.llm_quota_delete;
CREATE TRIGGER main.llm_quota_delete AFTER DELETE ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  UPDATE llm_replaced SET gone = 0 WHERE id = OLD.id;  -- with recursive_triggers a REPLACE comes here too
  DELETE FROM llm_replaced WHERE id = OLD.id;
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, {quota_discharge:OLD.}, OLD.unix_time, NULL, 0);
END;

DROP TRIGGER IF EXISTS main.llm_quota_replaced;
CREATE TRIGGER main.llm_quota_replaced AFTER DELETE ON llm_replaced
WHEN OLD.gone
BEGIN
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, {quota_discharge:OLD.}, OLD.unix_time, NULL, 0);
END;

-- Which rows a REPLACE would remove is known before only, whether it did only after.
DROP TRIGGER IF EXISTS main.llm_quota_aside;
CREATE TRIGGER main.llm_quota_aside INSTEAD OF INSERT ON llm_usage_in_the_way
WHEN EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  -- what was left before; not of the row's own id, where a REPLACE put it and it has not arrived,
  -- but of one that it gives up
  DELETE FROM llm_replaced WHERE id IS NOT NEW.own_id OR NEW.id <> NEW.own_id;
  INSERT INTO llm_replaced
  SELECT id, unix_time, provider, model, task_type, tenant_id, user_id, api_key_id, session_id, tags, input_tokens,
    output_tokens, total_tokens, cost_nano, 0
  FROM llm_usage
  WHERE (id = NEW.id OR provider = NEW.provider AND response_id = NEW.response_id) AND id IS NOT NEW.own_id;
END;
