-- The roll-ups follow the ledger (sql/schema/0004_rollup.sql says what they are). Sums are linear, so the order
-- in which these and other triggers of llm_usage run does not matter: what another trigger writes into a row
-- fires llm_rollup_change, and subtracting before adding gives the same.

-- The plan first: the triggers read it.
DROP VIEW IF EXISTS main.llm_rollup_plan;
CREATE VIEW main.llm_rollup_plan(dim, level) AS VALUES
  ('all', 3600), ('all', 86400), ('all', 0), ('model', 3600), ('model', 86400), ('model', 0),
  ('task_type', 3600), ('task_type', 86400), ('task_type', 0),
  ('tenant_id', 3600), ('tenant_id', 86400), ('tenant_id', 0), ('unpriced', 0), ('tuple', 86400);

-- A row after the watermark waits in the tail; when the tail is long, all before this row is folded. A row at
-- or below the watermark, an id that was given, is added at once.
DROP TRIGGER IF EXISTS main.llm_rollup_insert;
CREATE TRIGGER main.llm_rollup_insert AFTER INSERT ON llm_usage
WHEN (SELECT NEW.id - watermark NOT BETWEEN 1 AND batch FROM llm_rollup_state)
BEGIN
  {rollup_row:NEW.} {rollup_add:};
  {ms_keys:NEW.} 1 {ms_of:NEW.} {ms_add:};
  UPDATE llm_rollup_state SET watermark = NEW.id - 1 WHERE NEW.id - watermark > batch;
END;

-- Raising the watermark folds the rows that it passes: first into groups by hour and all keys, those into one
-- row a key and hour, and those into the levels.
DROP TRIGGER IF EXISTS main.llm_rollup_fold;
CREATE TRIGGER main.llm_rollup_fold AFTER UPDATE OF watermark ON llm_rollup_state
WHEN NEW.watermark > OLD.watermark
BEGIN
  DELETE FROM llm_rollup_new;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'tuple', {hour:unix_time}, {key:tenant_id}, {key:provider}, {key:model}, {key:task_type},
    {measures_of_rows:}
  FROM llm_usage NOT INDEXED WHERE id > OLD.watermark AND id <= NEW.watermark
  GROUP BY 2, tenant_id, provider, model, task_type;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'model', hour, '', provider, model, '', {measures_sum:}
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, provider, model;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'task_type', hour, '', '', '', task_type, {measures_sum:}
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, task_type;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'tenant_id', hour, tenant_id, '', '', '', {measures_sum:}
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, tenant_id;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'all', hour, '', '', '', '', {measures_sum:}
  FROM llm_rollup_new WHERE dim = 'task_type' GROUP BY hour;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, {measures:})
  SELECT 'unpriced', 0, '', {key:provider}, {key:model}, '', {measures_of_rows:}
  FROM llm_usage NOT INDEXED WHERE id > OLD.watermark AND id <= NEW.watermark AND cost_nano IS NULL
  GROUP BY provider, model;
  INSERT INTO llm_rollup({rollup_columns:}, {measures:})
  SELECT n.dim, p.level, CASE p.level WHEN 3600 THEN hour WHEN 86400 THEN {day:hour} ELSE 0 END,
    tenant_id, provider, model, task_type, {measures:n.}
  FROM llm_rollup_new AS n JOIN llm_rollup_plan AS p ON p.dim = n.dim WHERE true
  {rollup_fold:};
  INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
  SELECT 'model', {day:unix_time}, {key:provider}, {key:model}, {ms_bin:response_time_ms}, count(*)
  FROM llm_usage NOT INDEXED
  WHERE id > OLD.watermark AND id <= NEW.watermark AND response_time_ms IS NOT NULL
  GROUP BY 2, 3, 4, 5
  {ms_add:};
  INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
  SELECT 'all', {day:unix_time}, '', '', {ms_bin:response_time_ms}, count(*)
  FROM llm_usage NOT INDEXED
  WHERE id > OLD.watermark AND id <= NEW.watermark AND response_time_ms IS NOT NULL
  GROUP BY 2, 5
  {ms_add:};
  DELETE FROM llm_rollup_new;
END;

DROP VIEW IF EXISTS main.llm_rollup_step;
CREATE VIEW main.llm_rollup_step(watermark) AS SELECT watermark FROM llm_rollup_state;
CREATE TRIGGER main.llm_rollup_take_step INSTEAD OF INSERT ON llm_rollup_step
BEGIN
  UPDATE llm_rollup_state SET watermark = NEW.watermark;
END;

DROP TRIGGER IF EXISTS main.llm_rollup_delete;
CREATE TRIGGER main.llm_rollup_delete AFTER DELETE ON llm_usage
WHEN OLD.id <= (SELECT watermark FROM llm_rollup_state)
BEGIN
  {rollup_row_minus:OLD.} {rollup_subtract:OLD.};
  {ms_keys:OLD.} -1 {ms_of:OLD.} {ms_add:};
END;

DROP TRIGGER IF EXISTS main.llm_rollup_update;
CREATE TRIGGER main.llm_rollup_update AFTER UPDATE OF id, timestamp, tenant_id, provider, model, task_type,
  input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms ON llm_usage
WHEN min(OLD.id, NEW.id) <= (SELECT watermark FROM llm_rollup_state)
BEGIN
  -- as a rule only amounts change
  INSERT INTO llm_rollup({rollup_columns:}, {measures:})
  SELECT {rollup_keys:NEW.}, {measures_change:} FROM llm_rollup_plan AS p
  WHERE {rollup_stays:} AND (p.dim <> 'unpriced' OR NEW.cost_nano IS NULL)
  {rollup_change:};
  {rollup_row_minus:OLD.} AND NOT {rollup_stays:} {rollup_subtract:OLD.};
  {rollup_row:NEW.} AND NOT {rollup_stays:} {rollup_add:};
  {ms_keys:OLD.} -1 {ms_of:OLD.}
    AND NOT ({rollup_stays:} AND NEW.response_time_ms IS OLD.response_time_ms) {ms_add:};
  {ms_keys:NEW.} 1 {ms_of:NEW.}
    AND NOT ({rollup_stays:} AND NEW.response_time_ms IS OLD.response_time_ms) {ms_add:};
END;
