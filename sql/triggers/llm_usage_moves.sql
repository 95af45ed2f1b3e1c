-- A row that goes from one counter to another, and whose amounts may change in the same UPDATE: the
-- tokens that were given, then by other triggers the total, the cost that is stale, the cost that
-- tok finds. All that is one change to a counter, so that no alert, grant or guard sees a state
-- that never was: what is to be charged waits until the UPDATE of the row is complete.
--
-- SQLite runs the triggers of an event in the order that the last made is the first, those of TEMP
-- before. So this file is the last: llm_quota_moves begins, the triggers of llm_usage.sql follow,
-- of which llm_usage_moved, the first made, ends it. Nobody promises that order. In any other the
-- end may be noted before the beginning, and a guard may see the change in parts; the counters are
-- right all the same, because all charges are differences. Where a trigger of the application moves
-- the row again meanwhile, the outermost UPDATE is the one that completes it.
--
-- A trigger of the application that leaves with RAISE(FAIL) or RAISE(IGNORE) after the row was
-- changed keeps later triggers from running, these too: tok_audit() shows what was missed,
-- tok_rebuild() counts it.

-- It begins. The last trigger that is made: so the first that runs.
DROP TRIGGER IF EXISTS main.llm_quota_moves;
CREATE TRIGGER main.llm_quota_moves AFTER UPDATE OF {id_names:}, timestamp, provider, model, task_type,
  tenant_id, user_id, api_key_id, session_id, tags ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota) AND {quota_moved:OLD.}
BEGIN
  INSERT INTO llm_quota_waiting(usage_id, {quota_charged:})
  VALUES (NEW.id, {unix_time:OLD.}, {quota_discharge:OLD.}),
    (NEW.id, {unix_time:NEW.}, {quota_arrival:OLD.});
  INSERT INTO llm_quota_flush VALUES (NEW.id);
END;

-- What its amounts differ by, which llm_quota_update charges for a row that stays.
DROP TRIGGER IF EXISTS main.llm_quota_update_waits;
CREATE TRIGGER main.llm_quota_update_waits INSTEAD OF INSERT ON llm_usage_amount
WHEN {quota_waits:NEW.id} AND {quota_changed:NEW.old_}
BEGIN
  INSERT INTO llm_quota_waiting(usage_id, {quota_charged:})
  VALUES (NEW.id, NEW.unix_time, {quota_difference:-});
END;

-- It ends.
DROP TRIGGER IF EXISTS main.llm_quota_move;
CREATE TRIGGER main.llm_quota_move INSTEAD OF INSERT ON llm_usage_move
WHEN {quota_moved:NEW.old_} AND EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  INSERT INTO llm_quota_waiting(usage_id) VALUES (NEW.id);
  INSERT INTO llm_quota_gone VALUES (NEW.old_id, NEW.id);
  INSERT INTO llm_quota_flush VALUES (NEW.id);
END;

-- All that began has ended.
DROP TRIGGER IF EXISTS main.llm_quota_flush_call;
CREATE TRIGGER main.llm_quota_flush_call INSTEAD OF INSERT ON llm_quota_flush
WHEN (SELECT sum(requests = -1) = sum(requests IS NULL) FROM llm_quota_waiting
  WHERE usage_id = NEW.usage_id)
BEGIN
  -- One change a counter, none where nothing remains. To a token bucket another time is another
  -- change; what a counter gets back is first. A counter that rises although the row has left it
  -- has lost a credit: that is to spend, so the guard looks at it, last. Of a token bucket all
  -- times are one counter: a row that comes back to it at another time has not left.
  INSERT OR ABORT INTO llm_counter(quota_id, key, start, used, requests, unpriced, checks, at,
    usage_id)
  SELECT quota_id, key, start, units, requests, unpriced,
    2 * (units > 0 AND requests < 0 AND requests = sum(requests) OVER (PARTITION BY quota_id, key, start)) AS checks,
    unix_time, NEW.usage_id
  FROM (
    SELECT q.id AS quota_id, {quota_key:w} AS key, {quota_start:w.unix_time} AS start,
      sum({quota_units:w}) AS units, sum(w.requests) AS requests,
      sum(iif(q.metric = 'cost', w.unpriced, 0)) AS unpriced, w.unix_time, max(w.n)
    FROM llm_quota_waiting AS w CROSS JOIN llm_quota AS q ON {quota_match:w}
    WHERE w.usage_id = NEW.usage_id AND w.requests IS NOT NULL
    GROUP BY q.id, 2, 3, iif(q.kind = 'bucket', w.unix_time, 0))
  WHERE units <> 0 OR requests <> 0 OR unpriced <> 0
  ORDER BY checks, units
  ON CONFLICT(quota_id, key, start) DO UPDATE SET used = used + excluded.used,
    requests = requests + excluded.requests, unpriced = unpriced + excluded.unpriced,
    checks = checks + excluded.checks, at = excluded.at, usage_id = excluded.usage_id,
    {bucket_set:excluded.used};

  -- The guard `write` looks at the row as it is now, and at each counter that counts more of it
  -- than of the row as it was, o. LIMIT: so that each is computed once, and compiled once with each
  -- INSERT.
  INSERT OR ABORT INTO llm_counter(quota_id, key, start, checks, at, usage_id)
  SELECT quota_id, key, start, checks, unix_time, id FROM (
    SELECT *, CASE
      WHEN in_cost AND was_unpriced AND cost_nano IS NOT NULL THEN 0
      ELSE 2 * (amount > iif(same, counted, 0))
        + 4 * (in_cost AND cost_nano IS NULL AND NOT (was_unpriced AND same))
      END AS checks
    FROM (SELECT *, covered AND old_key = key AND old_start = start AS same FROM (
      SELECT q.id AS quota_id, {quota_key:u} AS key, {quota_start:u.unix_time} AS start,
        u.unix_time, u.id, u.cost_nano, {quota_amount:u} AS amount, q.metric = 'cost' AS in_cost,
        o.unpriced AS was_unpriced, -{quota_units:o} AS counted,
        ({quota_match:o}) IS true AS covered, {quota_key:o} AS old_key,
        {quota_start:o.unix_time} AS old_start
      FROM llm_usage AS u CROSS JOIN llm_quota AS q ON {quota_match:u}
      CROSS JOIN (SELECT * FROM llm_quota_waiting WHERE usage_id = NEW.usage_id AND requests = -1
        ORDER BY n LIMIT 1) AS o
      WHERE u.id = NEW.usage_id AND q.action = 'block' AND q.guard = 'write' LIMIT -1)))
  WHERE checks > 0
  ON CONFLICT(quota_id, key, start) DO UPDATE SET checks = checks + excluded.checks,
    at = excluded.at, usage_id = excluded.usage_id;
  DELETE FROM llm_quota_waiting WHERE usage_id = NEW.usage_id;
END;
