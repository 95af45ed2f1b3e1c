-- A counter rose: is it beyond its limit, is there an alert? What it costs where neither is so: two
-- comparisons and one look at the quota.
--
-- Guard. What a quota with action `block` refuses:
--   insert  (the default) an INSERT or hold after which a counter that it adds to is beyond its
--           limit.
--   write   also an UPDATE, or the UPDATE of an upsert, after which a counter is beyond its limit
--           that counts more of the row than it did before. "After" is when the row is complete:
--           with its total, and the cost that goes stale or that tok finds. So what lowers a
--           counter, or leaves it as it was, is never refused, however far beyond it stands; a row
--           that moves is measured where it arrives, a credit also where it leaves; rows that a
--           REPLACE takes away make room, nothing else. Rows are judged one by one, as UNIQUE does
--           it: a statement of several rows may not be beyond on its way. A first price of a row
--           that had none is recorded in any case, and tok_reprice() is never refused (llm_meta
--           says repricing). What a trigger of the application's own changes is a statement of its
--           own.
--   none    nothing.
-- A call that settles a hold is never refused: it has happened, and its room was held.
--
-- Credits. A row of a negative cost, a refund, makes room in the period of its time; a token bucket
-- is never more than full. To make it less, or to move it elsewhere, by UPDATE, is to spend, which
-- the guard `write` looks at; a DELETE is never refused. Who may write rows of usage may write
-- credits too, as he may delete rows: where that is not wanted, a trigger of the application says
-- so, BEFORE INSERT and BEFORE UPDATE OF cost_nano, cost_usd: RAISE(ABORT, 'no credits') WHEN
-- NEW.cost_nano < 0 OR NEW.cost_usd < 0. Tokens are never negative.
--
-- `checks` rises by what a guard must look at, and `look` says it, with 16 where used rose:
--   1   usage or a hold that comes in
--   2   a row of which this counter counts more than before (llm_quota_usage.sql,
--       llm_usage_moves.sql)
--   4   a row that is without a price now: refused by quotas of cost that take none
-- The price that a TEMP trigger of tok fills in is there already, and so is one that was given in
-- dollars: SQLite runs TEMP triggers first, and of others the last made first
-- (tests/budget/test_clients.sh and test_guard.c prove it). RAISE takes no expression before SQLite
-- 3.47, so the message names the metric. Where tok is loaded its TEMP trigger, which comes first,
-- names the quota (sql/temp/quota_guard.sql).
--
-- Alerts. alert_at is the lowest line that no event tells of yet; beyond it every rule is looked
-- at, and always where overrides and grants, which begin and end, move the lines. One event a rule,
-- key, period and step, by the UNIQUE of the outbox, in the transaction that crossed the line. Of
-- several steps crossed at once the highest is told. What a cool-down kept back is told when the
-- counter changes after it. Of a rolling window the line is that of all its buckets, and one event
-- is for as long as a window: alert_at is what of it is left to this bucket. A late row leaves less
-- to the buckets of the windows that end later; those that it takes beyond the line are looked at.

DROP TRIGGER IF EXISTS main.llm_counter_insert;
CREATE TRIGGER main.llm_counter_insert AFTER INSERT ON llm_counter
WHEN NEW.at IS NOT NULL
BEGIN
  UPDATE llm_counter SET checks = checks + NEW.checks, (alert_at, carried, debt, debt_at) = (
    SELECT iif(q.kind = 'bucket', NULL, 0), {quota_carry:NEW},
      iif(q.kind = 'bucket', min(4611686018427387904, max(0, NEW.used + NEW.held) * q.span_s), NULL),
      iif(q.kind = 'bucket', NEW.at, NULL)
    FROM llm_quota AS q WHERE q.id = NEW.quota_id)
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start;
END;

DROP TRIGGER IF EXISTS main.llm_counter_rose;
CREATE TRIGGER main.llm_counter_rose AFTER UPDATE OF used, checks ON llm_counter
WHEN NEW.at IS NOT NULL AND (NEW.used >= NEW.alert_at OR EXISTS (SELECT 1 FROM llm_quota AS q
  WHERE q.id = NEW.quota_id AND (q.special AND NEW.used > OLD.used
    OR q.action = 'block' AND NEW.checks > OLD.checks AND (NEW.checks - OLD.checks = 1 OR q.guard = 'write')
      AND (iif(NEW.debt IS NULL, NEW.used + NEW.held > q.limit_units, NEW.debt > q.limit_units * q.span_s) OR q.special
      OR q.rollover_units > 0 AND EXISTS (SELECT 1 FROM llm_counter AS w
        WHERE w.quota_id = q.id AND w.key = NEW.key AND w.start > NEW.start)
      OR NEW.unpriced > 0 OR NEW.start = -9000000000000000000
      OR q.kind = 'rolling' AND q.limit_units < (SELECT sum(w.used) + sum(w.held) FROM llm_counter AS w
        WHERE w.quota_id = q.id AND w.key = NEW.key AND w.start > NEW.start - q.span_s - q.len_s
          AND w.start < NEW.start + q.span_s + q.len_s))
    OR q.kind = 'rolling' AND (NEW.used > OLD.used OR OLD.alert_at IS NULL) AND EXISTS (SELECT 1 FROM llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = NEW.key AND w.start > NEW.start AND w.start < NEW.start + q.span_s + q.len_s))))
BEGIN
  UPDATE llm_counter SET look = NEW.checks - OLD.checks + 16 * (NEW.used > OLD.used OR OLD.alert_at IS NULL AND NEW.alert_at IS NOT NULL)
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start;
  -- The windows that end later have that much more: each is so much nearer to its line, and is
  -- looked at where it has got there. To look at all would make a late row cost the square of the
  -- buckets.
  UPDATE llm_counter SET alert_at = max(0, alert_at
    - max(0, NEW.used - iif(OLD.alert_at IS NULL AND NEW.alert_at IS NOT NULL, 0, OLD.used)))
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND (NEW.used > OLD.used OR OLD.alert_at IS NULL)
    AND start > NEW.start AND alert_at > 0
    AND start < NEW.start + (SELECT iif(kind = 'rolling', span_s + len_s, 0) FROM llm_quota WHERE id = NEW.quota_id);
  UPDATE llm_counter SET alert_at = 0, look = 16
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND (NEW.used > OLD.used OR OLD.alert_at IS NULL)
    AND start > NEW.start AND (used >= alert_at OR alert_at IS NOT NULL AND (SELECT special FROM llm_quota WHERE id = NEW.quota_id))
    AND start < NEW.start + (SELECT iif(kind = 'rolling', span_s + len_s, 0) FROM llm_quota WHERE id = NEW.quota_id);
END;

-- Its own trigger, because SQLite makes room for the whole program even where WHEN says no.
DROP TRIGGER IF EXISTS main.llm_counter_look;
CREATE TRIGGER main.llm_counter_look AFTER UPDATE OF look ON llm_counter
BEGIN
  UPDATE llm_counter SET (allowed, around) = (
    SELECT {quota_limit:llm_counter}, {window_around:llm_counter} FROM llm_quota AS q WHERE q.id = NEW.quota_id)
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start;

  SELECT CASE
    WHEN c.start = -9000000000000000000
      THEN RAISE(ABORT, 'tok: the calendar of a quota does not reach this time; a connection with tok extends it')
    WHEN q.metric = 'cost' AND q.unpriced = 'deny' AND u.id IS NOT NULL AND u.cost_nano IS NULL AND u.cost_usd IS NULL
      THEN RAISE(ABORT, 'tok: a cost quota takes no usage without a price (llm_quota.unpriced = deny)')
    WHEN q.metric = 'cost' THEN RAISE(ABORT, 'tok: quota of cost exceeded: this would cross a limit with action block')
    WHEN q.metric = 'requests'
      THEN RAISE(ABORT, 'tok: quota of requests exceeded: this would cross a limit with action block')
    ELSE RAISE(ABORT, 'tok: quota of tokens exceeded: this would cross a limit with action block') END
  FROM llm_quota AS q
  CROSS JOIN llm_counter AS c ON c.quota_id = NEW.quota_id AND c.key = NEW.key AND c.start = NEW.start
  LEFT JOIN llm_usage AS u ON u.id = NEW.usage_id
  WHERE NEW.look & 7 AND q.id = NEW.quota_id AND {quota_refused:-};

  -- what is beyond the limit, grants pay: by priority, then expiry, then age
  INSERT INTO llm_grant_use(quota_id, key, start, grant_id, units)
  SELECT NEW.quota_id, NEW.key, NEW.start, id, min(rest, excess - before) FROM (
    SELECT g.id, g.units - g.used AS rest,
      NEW.used - c.allowed + max(0, sum(g.units - g.used) OVER () - {quota_promised:c}) AS excess,
      sum(g.units - g.used) OVER (ORDER BY g.priority, g.until, g.id) - (g.units - g.used) AS before
    FROM llm_grant AS g
    CROSS JOIN llm_counter AS c ON c.quota_id = g.quota_id AND c.key = g.key AND c.start = NEW.start
    CROSS JOIN llm_quota AS q ON q.id = g.quota_id
    WHERE g.quota_id = NEW.quota_id AND g.key = NEW.key AND g.used < g.units AND g.since <= NEW.at
      AND NEW.at < g.until AND NEW.look & 16 AND q.kind <> 'rolling' AND q.kind <> 'bucket')
  WHERE excess > before
  ON CONFLICT(quota_id, key, start, grant_id) DO UPDATE SET units = units + excluded.units;

  INSERT INTO llm_alert_event(alert_id, quota_id, key, start, step, level_units, used_units, limit_units, at, late)
  SELECT id, NEW.quota_id, NEW.key, NEW.start, step_no, level + step_no * coalesce(step_units, 0), used, allowed,
    NEW.at, EXISTS (SELECT 1 FROM llm_counter WHERE quota_id = NEW.quota_id AND key = NEW.key AND start > NEW.start)
  FROM (
    SELECT id, cooldown_s, allowed, used, apart, step_units, level,
      iif(step_units > 0, (used - level) / step_units, 0) AS step_no
    FROM (
      SELECT id, cooldown_s, allowed, used, apart, step_units,
        CAST(line AS INTEGER) + (line > CAST(line AS INTEGER)) AS level
      FROM (
        SELECT a.id, a.cooldown_s, c.allowed, c.used + c.around AS used, {window_apart:-} AS apart, {alert_level:c} AS line,
          max(1, CAST(a.step * iif(a.basis = 'percent', c.allowed, 1) AS INTEGER)) AS step_units
        FROM llm_counter AS c CROSS JOIN llm_quota AS q ON q.id = c.quota_id
        CROSS JOIN llm_alert AS a ON a.watch_id = c.quota_id AND a.active
        WHERE c.quota_id = NEW.quota_id AND c.key = NEW.key AND c.start = NEW.start
          AND (NEW.used >= NEW.alert_at OR q.special AND NEW.alert_at IS NOT NULL)
        LIMIT -1)  -- LIMIT: so that a line is computed once
      LIMIT -1)
    WHERE level <= used LIMIT -1) AS f
  WHERE NOT EXISTS (SELECT 1 FROM llm_alert_event AS e WHERE e.alert_id = f.id AND e.key = NEW.key
      AND e.start > NEW.start - f.apart AND e.start < NEW.start + f.apart AND e.state = 'raised' AND e.step >= f.step_no)
    AND (cooldown_s = 0 OR NOT EXISTS (SELECT 1 FROM llm_alert_event AS e
      WHERE e.alert_id = f.id AND e.key = NEW.key AND e.state = 'raised' AND abs(e.at - NEW.at) < cooldown_s))
  ON CONFLICT(alert_id, key, start, step, state) DO NOTHING;

  UPDATE llm_counter SET alert_at = (
    SELECT min(CASE WHEN told IS NULL THEN CAST(line AS INTEGER) + (line > CAST(line AS INTEGER))
      WHEN step_units > 0 THEN CAST(line AS INTEGER) + (line > CAST(line AS INTEGER)) + (told + 1) * step_units END - others)
    FROM (
      SELECT {alert_level:llm_counter} AS line, llm_counter.around AS others,
        max(1, CAST(a.step * iif(a.basis = 'percent', llm_counter.allowed, 1) AS INTEGER)) AS step_units,
        (SELECT max(e.step) FROM llm_alert_event AS e WHERE e.alert_id = a.id AND e.key = NEW.key
          AND e.start > NEW.start - {window_apart:-} AND e.start < NEW.start + {window_apart:-} AND e.state = 'raised') AS told
      FROM llm_alert AS a CROSS JOIN llm_quota AS q ON q.id = a.watch_id WHERE a.watch_id = NEW.quota_id AND a.active LIMIT -1))
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start
    AND (NEW.used >= NEW.alert_at OR NEW.alert_at IS NOT NULL AND (SELECT special FROM llm_quota WHERE id = NEW.quota_id));
END;

-- A counter fell below a line that an event tells of: grants get back what they paid for, the last
-- first, and rules that ask for it tell that all is well again.
DROP TRIGGER IF EXISTS main.llm_counter_fell;
CREATE TRIGGER main.llm_counter_fell AFTER UPDATE OF used ON llm_counter
WHEN NEW.used < OLD.used AND NEW.at IS NOT NULL AND (
  EXISTS (SELECT 1 FROM llm_grant_use WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start)
  OR EXISTS (SELECT 1 FROM llm_alert WHERE watch_id = NEW.quota_id AND resolve))
BEGIN
  INSERT INTO llm_quota_fall VALUES (NEW.quota_id, NEW.key, NEW.start, NEW.used, NEW.carried, NEW.at);
END;

DROP TRIGGER IF EXISTS main.llm_quota_fall_call;
CREATE TRIGGER main.llm_quota_fall_call INSTEAD OF INSERT ON llm_quota_fall
BEGIN
  UPDATE llm_grant_use SET units = llm_grant_use.units - min(llm_grant_use.units, b.back - b.before)
  FROM (
    SELECT s.grant_id, sum(s.units) OVER (ORDER BY g.priority DESC, g.until DESC, g.id DESC) - s.units AS before,
      sum(s.units) OVER () - max(0, NEW.used - NEW.carried - coalesce((SELECT o.limit_units FROM llm_quota_override AS o
          WHERE o.quota_id = NEW.quota_id AND o.key = NEW.key AND o.since <= NEW.at AND NEW.at < o.until),
          q.limit_units)) AS back
    FROM llm_grant_use AS s CROSS JOIN llm_grant AS g ON g.id = s.grant_id
    CROSS JOIN llm_quota AS q ON q.id = s.quota_id
    WHERE s.quota_id = NEW.quota_id AND s.key = NEW.key AND s.start = NEW.start) AS b
  WHERE llm_grant_use.quota_id = NEW.quota_id AND llm_grant_use.key = NEW.key AND llm_grant_use.start = NEW.start
    AND llm_grant_use.grant_id = b.grant_id AND b.back > b.before;
  DELETE FROM llm_grant_use
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start AND units <= 0;

  INSERT INTO llm_alert_event(alert_id, quota_id, key, start, step, state, level_units, used_units, limit_units, at)
  SELECT alert_id, quota_id, key, start, step, 'resolved', level_units, now_used, limit_units, NEW.at
  FROM (
    SELECT c.*, {window_used:c} AS now_used FROM (
      SELECT e.*, NEW.used AS used FROM llm_alert AS a CROSS JOIN llm_quota AS q ON q.id = a.watch_id
      CROSS JOIN llm_alert_event AS e ON e.alert_id = a.id AND e.key = NEW.key
        AND e.start >= NEW.start AND e.start < NEW.start + {window_apart:-}
      WHERE a.watch_id = NEW.quota_id AND a.resolve AND e.state = 'raised') AS c
    CROSS JOIN llm_quota AS q ON q.id = NEW.quota_id LIMIT -1)
  WHERE level_units > now_used
  ON CONFLICT(alert_id, key, start, step, state) DO NOTHING;
END;

DROP TRIGGER IF EXISTS main.llm_grant_use_insert;
CREATE TRIGGER main.llm_grant_use_insert AFTER INSERT ON llm_grant_use
BEGIN
  UPDATE llm_grant SET used = used + NEW.units WHERE id = NEW.grant_id;
END;

DROP TRIGGER IF EXISTS main.llm_grant_use_update;
CREATE TRIGGER main.llm_grant_use_update AFTER UPDATE OF units ON llm_grant_use
BEGIN
  UPDATE llm_grant SET used = used + NEW.units - OLD.units WHERE id = NEW.grant_id;
END;
