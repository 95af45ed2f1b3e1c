-- The roll-ups follow the ledger (sql/schema/0004_rollup.sql says what they are). Sums are linear,
-- so the order in which these and other triggers of llm_usage run does not matter: what another
-- trigger writes into a row fires llm_usage_amounts, and subtracting before adding gives the same.

-- The plan first: the triggers read it.
DROP VIEW IF EXISTS main.llm_rollup_plan;
CREATE VIEW main.llm_rollup_plan(dim, level) AS VALUES
  ('all', 3600), ('all', 86400), ('all', 0), ('model', 3600), ('model', 86400), ('model', 0),
  ('task_type', 3600), ('task_type', 86400), ('task_type', 0),
  ('tenant_id', 3600), ('tenant_id', 86400), ('tenant_id', 0), ('unpriced', 0), ('tuple', 86400);

-- Like the calls of llm_calls.sql, the views here have triggers in place of rows.

-- One change of a row at or below the watermark. kind 1: it comes, 0: it stays in its groups with
-- other amounts, -1: it goes. Old amounts are NULL when it comes, new ones when it goes.
DROP VIEW IF EXISTS main.llm_rollup_row;
CREATE VIEW main.llm_rollup_row(kind, {row_keys:}, new_input, new_output, new_total, new_cache_read, new_cost,
  new_ms, old_input, old_output, old_total, old_cache_read, old_cost, old_ms) AS
SELECT 1, {row_keys:}, {row_amounts:}, {row_amounts:} FROM llm_usage WHERE false;

-- Was the row that goes the first or the last of its group, then the new first or last is unknown,
-- NULL, and whoever needs it looks into the ledger. Unknown stays unknown until a fold finds the
-- group without rows.
CREATE TRIGGER main.llm_rollup_row_counted INSTEAD OF INSERT ON llm_rollup_row
BEGIN
  INSERT INTO llm_rollup({rollup_columns:}, {measures:}, times)
  SELECT dim, level, CASE level WHEN 3600 THEN {hour:at} WHEN 86400 THEN {day:at} ELSE 0 END,
    CASE WHEN dim IN ('tenant_id', 'tuple') THEN {key:NEW.tenant_id} ELSE '' END,
    CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN {key:NEW.provider} ELSE '' END,
    CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN {key:NEW.model} ELSE '' END,
    CASE WHEN dim IN ('task_type', 'tuple') THEN {key:NEW.task_type} ELSE '' END,
    NEW.kind, {sum_and_known:input}, {sum_and_known:output}, {sum_and_known:total}, {sum_and_known:cache_read},
    {sum_and_known:cost},
    CASE WHEN NEW.new_cost IS NULL THEN 0 ELSE coalesce(NEW.new_total, 0) END
      - CASE WHEN NEW.old_cost IS NULL THEN 0 ELSE coalesce(NEW.old_total, 0) END,
    {sum_and_known:ms}, CASE NEW.kind WHEN 1 THEN at END, CASE NEW.kind WHEN 1 THEN at END,
    CASE WHEN level > 0 THEN coalesce((
      SELECT {times_text:} FROM (
        SELECT {ms_bin:ms} AS bin, n FROM (SELECT NEW.new_ms AS ms, 1 AS n UNION ALL SELECT NEW.old_ms, -1)
        WHERE ms IS NOT NULL AND NEW.new_ms IS NOT NEW.old_ms)), '') END
  FROM llm_rollup_plan CROSS JOIN (SELECT {unix_time:NEW.} AS at)
  WHERE dim <> 'unpriced' OR coalesce(NEW.new_cost, NEW.old_cost) IS NULL
  ON CONFLICT({rollup_columns:}) DO UPDATE SET {rollup_sums:}, {rollup_times:},
    first_at = CASE NEW.kind WHEN 1 THEN min(first_at, excluded.first_at) WHEN 0 THEN first_at
      ELSE CASE WHEN first_at < {unix_time:NEW.} THEN first_at END END,
    last_at = CASE NEW.kind WHEN 1 THEN max(last_at, excluded.last_at) WHEN 0 THEN last_at
      ELSE CASE WHEN last_at > {unix_time:NEW.} THEN last_at END END;
END;

-- Updates: only what is summed up already is corrected; the tail is read as it is. A row that gets
-- its price or loses it leaves its groups and comes back, because of the group of rows without one.
DROP TRIGGER IF EXISTS main.llm_rollup_amount;
CREATE TRIGGER main.llm_rollup_amount INSTEAD OF INSERT ON llm_usage_amount
WHEN NEW.id <= (SELECT watermark FROM llm_rollup_state) AND ({row_amounts:NEW.}) IS NOT ({row_amounts:NEW.old_})
BEGIN
  INSERT INTO llm_rollup_row
  SELECT 0, {row_keys:NEW.}, {row_amounts:NEW.}, {row_amounts:NEW.old_}
  WHERE (NEW.cost_nano IS NULL) = (NEW.old_cost_nano IS NULL);
  INSERT INTO llm_rollup_row
  SELECT -1, {row_keys:NEW.}, NULL, NULL, NULL, NULL, NULL, NULL, {row_amounts:NEW.old_}
  WHERE (NEW.cost_nano IS NULL) <> (NEW.old_cost_nano IS NULL);
  INSERT INTO llm_rollup_row
  SELECT 1, {row_keys:NEW.}, {row_amounts:NEW.}, NULL, NULL, NULL, NULL, NULL, NULL
  WHERE (NEW.cost_nano IS NULL) <> (NEW.old_cost_nano IS NULL);
END;

DROP TRIGGER IF EXISTS main.llm_rollup_move;
CREATE TRIGGER main.llm_rollup_move INSTEAD OF INSERT ON llm_usage_move
WHEN min(NEW.old_id, NEW.id) <= (SELECT watermark FROM llm_rollup_state)
  AND (NEW.id, {row_keys:NEW.}) IS NOT (NEW.old_id, {row_keys:NEW.old_})
BEGIN
  INSERT INTO llm_rollup_row
  SELECT -1, {row_keys:NEW.old_}, NULL, NULL, NULL, NULL, NULL, NULL, {row_amounts:NEW.old_}
  WHERE NEW.old_id <= (SELECT watermark FROM llm_rollup_state);
  INSERT INTO llm_rollup_row
  SELECT 1, {row_keys:NEW.}, {row_amounts:NEW.old_}, NULL, NULL, NULL, NULL, NULL, NULL
  WHERE NEW.id <= (SELECT watermark FROM llm_rollup_state);
END;

-- Rows that a REPLACE may take away: aside before, out of the roll-ups after if they are gone. A
-- row that nothing took away, because the statement was no REPLACE, is forgotten.
DROP TRIGGER IF EXISTS main.llm_rollup_aside;
CREATE TRIGGER main.llm_rollup_aside INSTEAD OF INSERT ON llm_usage_in_the_way
BEGIN
  DELETE FROM llm_rollup_replaced WHERE id IS NOT NEW.own_id;  -- a trigger of the application may update a row that replaced
  INSERT OR REPLACE INTO llm_rollup_replaced SELECT id, {row_keys:}, {row_amounts:} FROM llm_usage
  WHERE (id = NEW.id OR provider = NEW.provider AND response_id = NEW.response_id)
    AND id IS NOT NEW.own_id AND id <= (SELECT watermark FROM llm_rollup_state);
  UPDATE llm_rollup_state SET aside = 1 WHERE NOT aside AND EXISTS (SELECT 1 FROM llm_rollup_replaced);
END;

DROP VIEW IF EXISTS main.llm_rollup_arrived;
CREATE VIEW main.llm_rollup_arrived(id, old_id) AS SELECT id, id FROM llm_usage WHERE false;  -- old_id NULL: an INSERT
CREATE TRIGGER main.llm_rollup_taken INSTEAD OF INSERT ON llm_rollup_arrived
BEGIN
  INSERT INTO llm_rollup_row
  SELECT -1, {row_keys:}, NULL, NULL, NULL, NULL, NULL, NULL, {row_amounts:} FROM llm_rollup_replaced AS r
  WHERE id = NEW.id AND NEW.old_id IS NOT NEW.id
    OR id IS NOT NEW.old_id AND NOT EXISTS (SELECT 1 FROM llm_usage AS u WHERE u.id = r.id);
  DELETE FROM llm_rollup_replaced WHERE id IS NOT NEW.old_id OR NEW.old_id <> NEW.id;
  UPDATE llm_rollup_state SET aside = 0 WHERE aside AND NOT EXISTS (SELECT 1 FROM llm_rollup_replaced);
END;

-- A row after the watermark waits in the tail; when the tail is long, all before this row is
-- folded. A row at or below the watermark, an id that was given, is added at once.
DROP TRIGGER IF EXISTS main.llm_rollup_insert;
CREATE TRIGGER main.llm_rollup_insert INSTEAD OF INSERT ON llm_usage_arrival
WHEN (SELECT NEW.id - watermark NOT BETWEEN 1 AND batch OR aside FROM llm_rollup_state)
BEGIN
  SELECT RAISE(ABORT, 'tok: -1 is no id of a row of llm_usage, expected a positive one or none') WHERE NEW.id = -1;
  INSERT INTO llm_rollup_arrived VALUES (NEW.id, NULL);
  INSERT INTO llm_rollup_row
  SELECT 1, {row_keys:NEW.}, {row_amounts:NEW.}, NULL, NULL, NULL, NULL, NULL, NULL
  WHERE NEW.id <= (SELECT watermark FROM llm_rollup_state);
  UPDATE llm_rollup_state SET watermark = NEW.id - 1 WHERE NEW.id - watermark > batch;
END;

DROP TRIGGER IF EXISTS main.llm_rollup_update_replaced;
CREATE TRIGGER main.llm_rollup_update_replaced AFTER UPDATE OF {id_names:}, provider, response_id ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_rollup_replaced)
BEGIN
  INSERT INTO llm_rollup_arrived VALUES (NEW.id, OLD.id);
END;

DROP TRIGGER IF EXISTS main.llm_rollup_delete;
CREATE TRIGGER main.llm_rollup_delete AFTER DELETE ON llm_usage
WHEN OLD.id <= (SELECT watermark FROM llm_rollup_state)
BEGIN
  INSERT INTO llm_rollup_row
  VALUES (-1, {row_keys:OLD.}, NULL, NULL, NULL, NULL, NULL, NULL, {row_amounts:OLD.});
  DELETE FROM llm_rollup_replaced WHERE id = OLD.id; -- with recursive_triggers a REPLACE comes here too
END;

-- Raising the watermark folds the rows that it passes: first into groups by hour and all keys, with
-- and without a cost, those into one row a key and hour, and those into the levels.
DROP TRIGGER IF EXISTS main.llm_rollup_fold;
CREATE TRIGGER main.llm_rollup_fold AFTER UPDATE OF watermark ON llm_rollup_state
WHEN NEW.watermark > OLD.watermark
BEGIN
  DELETE FROM llm_rollup_new;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:}, times)
  SELECT 'tuple', {hour:unix_time}, {key:tenant_id}, {key:provider}, {key:model}, {key:task_type},
    {measures_of_rows:unix_time}, {times_of_rows:}
  FROM llm_usage NOT INDEXED WHERE id > OLD.watermark AND id <= NEW.watermark
  GROUP BY 2, tenant_id, provider, model, task_type, cost_nano IS NULL;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:}, times)
  SELECT 'model', hour, '', provider, model, '', {measures_sum:}, group_concat(times, '')
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, provider, model;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:}, times)
  SELECT 'task_type', hour, '', '', '', task_type, {measures_sum:}, group_concat(times, '')
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, task_type;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:}, times)
  SELECT 'tenant_id', hour, tenant_id, '', '', '', {measures_sum:}, group_concat(times, '')
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, tenant_id;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:}, times)
  SELECT 'all', hour, '', '', '', '', {measures_sum:}, group_concat(times, '')
  FROM llm_rollup_new WHERE dim = 'task_type' GROUP BY hour;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'unpriced', 0, '', provider, model, '', {measures_sum:}
  FROM llm_rollup_new WHERE dim = 'tuple' AND cost_known = 0 GROUP BY provider, model;
  INSERT INTO llm_rollup({rollup_columns:}, {measures:}, times)
  SELECT n.dim, p.level, CASE p.level WHEN 3600 THEN hour WHEN 86400 THEN {day:hour} ELSE 0 END,
    tenant_id, provider, model, task_type, {measures:n.}, CASE WHEN p.level > 0 THEN times END
  FROM llm_rollup_new AS n JOIN llm_rollup_plan AS p ON p.dim = n.dim WHERE true
  {rollup_fold:}, {rollup_times:};
  DELETE FROM llm_rollup_new;
END;

DROP VIEW IF EXISTS main.llm_rollup_step;
CREATE VIEW main.llm_rollup_step(watermark) AS SELECT watermark FROM llm_rollup_state;
CREATE TRIGGER main.llm_rollup_take_step INSTEAD OF INSERT ON llm_rollup_step
BEGIN
  UPDATE llm_rollup_state SET watermark = NEW.watermark;
END;

