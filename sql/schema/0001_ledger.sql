-- The ledger: one row a request. Plain SQL, so that a client without tok reads, writes, vacuums and
-- checks it.
--
-- Unknown is NULL. Money is INTEGER nano-dollars (1e-9 USD); cost_usd is the same amount for SQL
-- that wants dollars, and the triggers keep the two equal whichever is written. Token columns are
-- inclusive, as in OpenTelemetry GenAI: input_tokens contains cache reads and writes,
-- cache_write_tokens contains the one-hour writes, output_tokens contains reasoning.
--
-- `timestamp` is UTC: 2026-01-31T23:59:59Z, 2026-01-31 23:59:59, or Unix seconds. Its default is
-- this machine's clock: where statements are replicated (rqlite), the writer must supply timestamp
-- and created_at.

CREATE TABLE main.llm_meta(
  key   TEXT PRIMARY KEY,  -- 'schema_version': number of the last schema/NNNN file; 'definitions': checksum
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE main.llm_setting(
  name        TEXT PRIMARY KEY,
  value       ANY,
  description TEXT,
  CONSTRAINT "cost_mode is auto, calculated or reported"
    CHECK (name <> 'cost_mode' OR value IN ('auto', 'calculated', 'reported')),
  CONSTRAINT "forecast_window_days is a positive integer"
    CHECK (name <> 'forecast_window_days' OR (typeof(value) = 'integer' AND value > 0))
) STRICT, WITHOUT ROWID;

INSERT INTO main.llm_setting(name, value, description) VALUES
  ('zone', 'UTC', 'IANA time zone in which functions bucket time when none is given; views use UTC'),
  ('cost_mode', 'auto', 'auto: the provider''s reported cost where there is one, else the price list; '
    || 'calculated: always the price list; reported: only reported costs'),
  ('forecast_window_days', 30, 'days of history that a forecast looks at');

CREATE TABLE main.llm_usage(
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: other tables refer to it
  timestamp             TEXT NOT NULL ON CONFLICT REPLACE DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  provider              TEXT,
  model                 TEXT,     -- the model that served the request
  task_type             TEXT,
  input_tokens          INTEGER CHECK (input_tokens >= 0),
  output_tokens         INTEGER CHECK (output_tokens >= 0),
  total_tokens          INTEGER CHECK (total_tokens >= 0),  -- filled in: input + output
  cost_usd              REAL CHECK (abs(cost_usd) < 9.2e9), -- the range of cost_nano
  response_time_ms      INTEGER CHECK (response_time_ms >= 0),
  created_at            TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  request_id            TEXT,
  response_id           TEXT,     -- the provider's: a second row with the same one is ignored
  tenant_id             TEXT,
  user_id               TEXT,
  api_key_id            TEXT,
  session_id            TEXT,
  request_model         TEXT,     -- the model that was asked for
  service_tier          TEXT,     -- the tier that was served: batch, flex, priority, …
  cache_read_tokens     INTEGER CHECK (cache_read_tokens >= 0),
  cache_write_tokens    INTEGER CHECK (cache_write_tokens >= 0),
  cache_write_1h_tokens INTEGER CHECK (cache_write_1h_tokens >= 0),
  reasoning_tokens      INTEGER CHECK (reasoning_tokens >= 0),
  system_tokens         INTEGER CHECK (system_tokens >= 0),
  context_used          INTEGER CHECK (context_used >= 0),
  context_limit         INTEGER CHECK (context_limit >= 0),
  reported_cost_nano    INTEGER,  -- what the provider says that it charged
  cost_nano             INTEGER,
  status                TEXT,
  prompt_hash           TEXT,
  quality_score         REAL,
  value_usd             REAL,
  tags                  TEXT      -- json_valid() here would be refused under trusted_schema = OFF
    CONSTRAINT "tags is a JSON object or array" CHECK (tags GLOB '{*}' OR tags GLOB '[[]*]'),
  unix_time             INTEGER GENERATED ALWAYS AS (
    CASE WHEN timestamp <> '' AND timestamp NOT GLOB '*[^0-9]*' THEN CAST(timestamp AS INTEGER)
         ELSE CAST(strftime('%s', timestamp) AS INTEGER) END) VIRTUAL,  -- seconds; what views and indexes use
  CONSTRAINT "timestamp is UTC ISO-8601 text or Unix seconds" CHECK (unix_time IS NOT NULL),
  CONSTRAINT "cache tokens are part of input_tokens"
    CHECK (coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) <= input_tokens),
  CONSTRAINT "one-hour cache writes are part of cache_write_tokens"
    CHECK (cache_write_1h_tokens <= cache_write_tokens),
  CONSTRAINT "reasoning tokens are part of output_tokens" CHECK (reasoning_tokens <= output_tokens),
  UNIQUE (provider, response_id) ON CONFLICT IGNORE
) STRICT;

CREATE INDEX main.llm_usage_by_time ON llm_usage(unix_time);
