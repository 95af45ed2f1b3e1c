-- Roll-ups: sums of the ledger by key and time, so that a report costs in proportion to what it
-- shows, not to history. Kept by plain SQL triggers (sql/triggers/llm_rollup.sql), so they hold for
-- every writer.
--
-- The watermark. llm_rollup summarises exactly the rows of llm_usage with id <= watermark;
-- the rows after it, the tail, are at most `batch` and are read one by one:
--
--     SELECT ... FROM llm_rollup WHERE dim = ... UNION ALL SELECT ... FROM llm_rollup_tail
--
-- is always the whole ledger. An insert at the end costs one comparison; each batch-th folds the
-- tail into the roll-ups in its own transaction. Updates, deletes and late ids at or below the
-- watermark correct them at once.
--
--     UPDATE llm_rollup_state SET watermark = 123;   -- folds the rows up to id 123 (llm_rollup_fold)
--
-- What there is (llm_rollup_plan). bucket is the start of a UTC hour (level 3600) or UTC day (level
-- 86400) in Unix seconds, or 0 where level is 0, all time. A key column that a dim does not use is
-- ''; where it is used, x'' stands for NULL: read it as nullif(model, x'').
--
--     dim         keys                                    levels
--     all         none                                    3600, 86400, 0
--     model       provider, model                         3600, 86400, 0
--     task_type   task_type                               3600, 86400, 0
--     tenant_id   tenant_id                               3600, 86400, 0
--     unpriced    provider, model: rows without a cost    0
--     tuple       tenant_id, provider, model, task_type   86400
--
-- A range that starts within an hour takes its edges from llm_usage by its index on unix_time; a
-- filter on other columns reads llm_usage. Days of a zone are sums of hours (of hours and edges
-- where its offset is not whole).
--
-- Measures. x_known counts the rows whose x is not NULL: where it is 0 the sum is unknown, not 0.
--     requests; input, output, total, cache_read _tokens; cost_nano; response_ms (of
--         response_time_ms)
--     priced_tokens   total_tokens of the rows that have a cost
--     first_at, last_at   Unix seconds; NULL: unknown since the first or last row was deleted or
--         moved
-- A group whose rows are all gone stays with requests = 0: read with requests > 0.

CREATE TABLE main.llm_rollup_state(
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  watermark INTEGER NOT NULL,
  batch     INTEGER NOT NULL CHECK (batch > 0) -- longer: cheaper inserts, views that read more rows
) STRICT;

-- At 8192 the tail of a view costs few milliseconds. Connections with tok fold twice as often,
-- because they do it several times faster (sql/temp/rollup.sql).
INSERT INTO main.llm_rollup_state(id, watermark, batch) VALUES (1, 0, 8192);

CREATE TABLE main.llm_rollup(
  dim       TEXT NOT NULL,
  level     INTEGER NOT NULL,
  bucket    INTEGER NOT NULL,
  tenant_id ANY NOT NULL,
  provider  ANY NOT NULL,
  model     ANY NOT NULL,
  task_type ANY NOT NULL,
  requests          INTEGER NOT NULL,
  input_tokens      INTEGER NOT NULL,
  input_known       INTEGER NOT NULL,
  output_tokens     INTEGER NOT NULL,
  output_known      INTEGER NOT NULL,
  total_tokens      INTEGER NOT NULL,
  total_known       INTEGER NOT NULL,
  cache_read_tokens INTEGER NOT NULL,
  cache_read_known  INTEGER NOT NULL,
  cost_nano         INTEGER NOT NULL,
  cost_known        INTEGER NOT NULL,
  priced_tokens     INTEGER NOT NULL,
  response_ms       INTEGER NOT NULL,
  response_known    INTEGER NOT NULL,
  first_at          INTEGER,
  last_at           INTEGER,
  PRIMARY KEY (dim, level, bucket, tenant_id, provider, model, task_type)
) STRICT, WITHOUT ROWID;

-- Where a fold works: empty between statements.
CREATE TABLE main.llm_rollup_new(
  dim TEXT, hour INTEGER, tenant_id ANY, provider ANY, model ANY, task_type ANY,
  requests INTEGER, input_tokens INTEGER, input_known INTEGER, output_tokens INTEGER, output_known INTEGER,
  total_tokens INTEGER, total_known INTEGER, cache_read_tokens INTEGER, cache_read_known INTEGER,
  cost_nano INTEGER, cost_known INTEGER, priced_tokens INTEGER, response_ms INTEGER, response_known INTEGER,
  first_at INTEGER, last_at INTEGER
) STRICT;

-- Rows that a REPLACE may take away: empty between statements, but for rows that it did not take.
CREATE TABLE main.llm_rollup_replaced(
  id INTEGER PRIMARY KEY, timestamp TEXT, tenant_id TEXT, provider TEXT, model TEXT, task_type TEXT,
  input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER, cache_read_tokens INTEGER, cost_nano INTEGER,
  response_time_ms INTEGER
) STRICT;

-- Sessions are too many to sum up beforehand: llm_by_session reads the rows of the session asked
-- for.
CREATE INDEX main.llm_usage_by_session ON llm_usage(session_id) WHERE session_id IS NOT NULL;
