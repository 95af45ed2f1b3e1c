-- Holds into counters. INSERT INTO llm_hold reserves (or fails whole: all quotas or none), an
-- UPDATE of its state frees.

-- A second hold of a ref is ignored. One with the id of another is refused, because a REPLACE would
-- take that away without a trigger of DELETE, and what it parked would be parked for ever; likewise
-- what happens to id and ref of a hold.
DROP TRIGGER IF EXISTS main.llm_hold_repeated;
CREATE TRIGGER main.llm_hold_repeated BEFORE INSERT ON llm_hold
WHEN EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.ref) OR EXISTS (SELECT 1 FROM llm_hold WHERE id = NEW.id)
BEGIN
  SELECT RAISE(IGNORE) WHERE EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.ref);
  SELECT RAISE(ABORT, 'tok: there is a hold with this id');
END;

DROP TRIGGER IF EXISTS main.llm_hold_fixed;
CREATE TRIGGER main.llm_hold_fixed BEFORE UPDATE OF {id_names:}, ref, unix_time ON llm_hold
WHEN NEW.id <> OLD.id OR NEW.ref <> OLD.ref OR NEW.unix_time <> OLD.unix_time
BEGIN
  SELECT RAISE(ABORT, 'tok: id, ref and time of a hold do not change');
END;

DROP TRIGGER IF EXISTS main.llm_hold_insert;
CREATE TRIGGER main.llm_hold_insert AFTER INSERT ON llm_hold
WHEN NEW.state = 'held' AND (  -- not where the writer has done it, under the quotas that there are now
  NEW.matched IS NULL OR NEW.matched IS NOT (SELECT quotas FROM llm_clock)
  OR NOT EXISTS (SELECT 1 FROM llm_hold_item WHERE hold_id = NEW.id))
BEGIN
  INSERT INTO llm_quota_park VALUES (NEW.id, NEW.unix_time, NEW.tenant_id, NEW.user_id, NEW.api_key_id, NEW.session_id,
    NEW.provider, NEW.model, NEW.task_type, NEW.tags, NEW.input_tokens, NEW.output_tokens, NEW.total_tokens, NEW.requests,
    NEW.cost_nano, NEW.output_p95, NEW.output_p99, NEW.cost_p95, NEW.cost_p99);
END;

-- A view's trigger, because SQLite makes room for all of a trigger's body also where WHEN says no.
DROP TRIGGER IF EXISTS main.llm_quota_park_call;
CREATE TRIGGER main.llm_quota_park_call INSTEAD OF INSERT ON llm_quota_park
BEGIN
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units)
  SELECT NEW.id, q.id, {quota_key:NEW}, {quota_start:NEW.unix_time}, {quota_hold:NEW}
  FROM {quota_routes:NEW} AS w CROSS JOIN llm_quota AS q ON q.route = w.route WHERE {quota_covers:NEW};
  SELECT RAISE(ABORT, 'tok: a cost quota takes no hold without a price (llm_quota.unpriced = deny)')
  FROM llm_hold_item AS i CROSS JOIN llm_quota AS q ON q.id = i.quota_id
  WHERE i.hold_id = NEW.id AND NEW.cost_nano IS NULL
    AND q.metric = 'cost' AND q.unpriced = 'deny' AND q.action = 'block';
  INSERT OR ABORT INTO llm_counter(quota_id, key, start, held, checks, at)
  SELECT quota_id, key, start, units, units > 0, NEW.unix_time FROM llm_hold_item WHERE hold_id = NEW.id
  ON CONFLICT(quota_id, key, start) DO UPDATE SET held = held + excluded.held, checks = checks + excluded.checks,
    at = excluded.at, usage_id = NULL, {bucket_set:excluded.held};
END;

DROP TRIGGER IF EXISTS main.llm_hold_reopened;
CREATE TRIGGER main.llm_hold_reopened BEFORE UPDATE OF state ON llm_hold
WHEN OLD.state <> 'held' AND NEW.state = 'held'
BEGIN
  SELECT RAISE(ABORT, 'tok: a hold that has ended does not open again');
END;

