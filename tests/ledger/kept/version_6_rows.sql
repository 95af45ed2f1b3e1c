-- A ledger of schema version 6, as its own tok_init() made it and .dump wrote it; kept as it is.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE llm_meta(
  key   TEXT PRIMARY KEY,  -- 'schema_version': number of the last schema/NNNN file; 'definitions': checksum
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO llm_meta VALUES('definitions','2318316674');
INSERT INTO llm_meta VALUES('schema_version','6');
CREATE TABLE llm_setting(
  name        TEXT PRIMARY KEY,
  value       ANY,
  description TEXT,
  CONSTRAINT "cost_mode is auto, calculated or reported"
    CHECK (name <> 'cost_mode' OR value IN ('auto', 'calculated', 'reported')),
  CONSTRAINT "forecast_window_days is a positive integer"
    CHECK (name <> 'forecast_window_days' OR (typeof(value) = 'integer' AND value > 0))
) STRICT, WITHOUT ROWID;
INSERT INTO llm_setting VALUES('cost_mode','auto','auto: the provider''s reported cost where there is one, else the price list; calculated: always the price list; reported: only reported costs');
INSERT INTO llm_setting VALUES('forecast_window_days',30,'days of history that a forecast looks at');
INSERT INTO llm_setting VALUES('zone','UTC','IANA time zone in which functions bucket time when none is given; views use UTC');
CREATE TABLE llm_usage(
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
         ELSE CAST(strftime('%s', timestamp) AS INTEGER) END) VIRTUAL, estimated_tokens INTEGER CHECK (estimated_tokens >= 0),  -- seconds; what views and indexes use
  CONSTRAINT "timestamp is UTC ISO-8601 text or Unix seconds" CHECK (unix_time IS NOT NULL),
  CONSTRAINT "cache tokens are part of input_tokens"
    CHECK (coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) <= input_tokens),
  CONSTRAINT "one-hour cache writes are part of cache_write_tokens"
    CHECK (cache_write_1h_tokens <= cache_write_tokens),
  CONSTRAINT "reasoning tokens are part of output_tokens" CHECK (reasoning_tokens <= output_tokens),
  UNIQUE (provider, response_id) ON CONFLICT IGNORE
) STRICT;
INSERT INTO llm_usage VALUES(1,'2026-01-01T10:00:00Z','openai','gpt-4o','chat',10,5,15,7.4999999999999993429e-05,100,'2026-11-22T06:21:34Z',NULL,NULL,'acme',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,75000,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO llm_usage VALUES(2,'2026-01-01T11:00:00Z','openai','gpt-4o',NULL,20,5,25,0.00010000000000000000479,2000,'2026-11-22T06:21:34Z',NULL,NULL,'acme',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,100000,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO llm_usage VALUES(3,'2026-01-02T11:00:00Z','anthropic','claude-sonnet-4','chat',30,5,35,0.00016499999999999999909,NULL,'2026-11-22T06:21:34Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,165000,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE llm_price(
  id               INTEGER PRIMARY KEY,
  provider         TEXT COLLATE NOCASE,            -- NULL: whoever serves the model
  model            TEXT NOT NULL COLLATE NOCASE,   -- as requests name it, or by its canonical name
  meter            TEXT NOT NULL
    CONSTRAINT "meter is one of the price list" CHECK (meter IN (
      'input', 'output', 'cache_read', 'cache_write', 'cache_write_5m', 'cache_write_1h', 'reasoning', 'citation',
      'input_text', 'input_audio', 'input_image', 'input_video', 'input_tool', 'cache_read_text',
      'cache_read_audio', 'cache_read_image', 'cache_read_video', 'cache_write_text', 'cache_write_audio',
      'cache_write_image', 'cache_write_video', 'output_text', 'output_audio', 'output_image', 'output_video',
      'requests', 'web_searches', 'social_searches', 'storage_searches', 'rerank_searches', 'code_executions',
      'seconds', 'input_seconds', 'output_seconds', 'pages', 'annotated_pages', 'messages', 'characters', 'pixels')),
  usd_per_1m       TEXT NOT NULL
    CONSTRAINT "usd_per_1m is a decimal number of dollars, 0 or more" CHECK (usd_per_1m GLOB '[0-9]*'
      AND usd_per_1m NOT GLOB '*[^0-9.eE+-]*' AND usd_per_1m NOT GLOB '*.*.*' AND usd_per_1m NOT GLOB '*[eE+-]'
      AND usd_per_1m NOT GLOB '*[^eE][+-]*' AND usd_per_1m NOT GLOB '*[eE]*[eE.]*'
      AND CAST(usd_per_1m AS REAL) <= CASE WHEN meter GLOB '*seconds' THEN 2500  -- what fits 64 bits
        WHEN meter GLOB '*put*' OR meter GLOB 'cache*' OR meter IN ('reasoning', 'citation') THEN 9000000
        ELSE 9000 END),
  tier_from_tokens INTEGER NOT NULL DEFAULT 0 CHECK (tier_from_tokens >= 0),  -- whole input of the request
  service_tier     TEXT NOT NULL DEFAULT 'standard'
    CONSTRAINT "service_tier is standard, batch, flex or priority"
    CHECK (service_tier IN ('standard', 'batch', 'flex', 'priority')),
  region           TEXT COLLATE NOCASE,            -- NULL: any; else us, eu, us-east-1, …
  valid_from       TEXT CONSTRAINT "valid_from is UTC ISO-8601 text or Unix seconds" CHECK (valid_from IS NULL
    OR (valid_from <> '' AND valid_from NOT GLOB '*[^0-9]*') OR strftime('%s', valid_from) IS NOT NULL),
  valid_to         TEXT CONSTRAINT "valid_to is UTC ISO-8601 text or Unix seconds" CHECK (valid_to IS NULL
    OR (valid_to <> '' AND valid_to NOT GLOB '*[^0-9]*') OR strftime('%s', valid_to) IS NOT NULL),  -- exclusive
  hours            TEXT CONSTRAINT "hours is like 01:00-04:00 (UTC)"
    CHECK (hours GLOB '[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]' AND hours < '24' AND substr(hours, 7) <= '24:00'),
  weekdays         TEXT CONSTRAINT "weekdays is digits of 1 (Monday) to 7"
    CHECK (weekdays GLOB '[1-7]*' AND weekdays NOT GLOB '*[^1-7]*'),
  source           TEXT,
  checked_at       TEXT,
  retracted        INTEGER NOT NULL DEFAULT 0 CHECK (retracted IN (0, 1))  -- announced, never charged
) STRICT;
CREATE TABLE llm_rollup_state(
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  watermark INTEGER NOT NULL,
  batch     INTEGER NOT NULL CHECK (batch > 0) -- longer: cheaper inserts, views that read more rows
) STRICT;
INSERT INTO llm_rollup_state VALUES(1,2,8192);
CREATE TABLE llm_rollup(
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
INSERT INTO llm_rollup VALUES('all',0,0,'','','','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('all',3600,1767261600,'','','','',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('all',3600,1767265200,'','','','',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('all',86400,1767225600,'','','','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('model',0,0,'','openai','gpt-4o','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('model',3600,1767261600,'','openai','gpt-4o','',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('model',3600,1767265200,'','openai','gpt-4o','',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('model',86400,1767225600,'','openai','gpt-4o','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('task_type',0,0,'','','','chat',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('task_type',0,0,'','','',X'',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('task_type',3600,1767261600,'','','','chat',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('task_type',3600,1767265200,'','','',X'',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('task_type',86400,1767225600,'','','','chat',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('task_type',86400,1767225600,'','','',X'',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('tenant_id',0,0,'acme','','','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('tenant_id',3600,1767261600,'acme','','','',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('tenant_id',3600,1767265200,'acme','','','',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
INSERT INTO llm_rollup VALUES('tenant_id',86400,1767225600,'acme','','','',2,30,2,10,2,40,2,0,0,175000,2,40,2100,2,1767261600,1767265200);
INSERT INTO llm_rollup VALUES('tuple',86400,1767225600,'acme','openai','gpt-4o','chat',1,10,1,5,1,15,1,0,0,75000,1,15,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('tuple',86400,1767225600,'acme','openai','gpt-4o',X'',1,20,1,5,1,25,1,0,0,100000,1,25,2000,1,1767265200,1767265200);
CREATE TABLE llm_rollup_ms(
  dim      TEXT NOT NULL,
  bucket   INTEGER NOT NULL,
  provider ANY NOT NULL,
  model    ANY NOT NULL,
  bin      INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (dim, bucket, provider, model, bin)
) STRICT, WITHOUT ROWID;
INSERT INTO llm_rollup_ms VALUES('all',1767225600,'','',100,1);
INSERT INTO llm_rollup_ms VALUES('all',1767225600,'','',381,1);
INSERT INTO llm_rollup_ms VALUES('model',1767225600,'openai','gpt-4o',100,1);
INSERT INTO llm_rollup_ms VALUES('model',1767225600,'openai','gpt-4o',381,1);
CREATE TABLE llm_rollup_new(
  dim TEXT, hour INTEGER, tenant_id ANY, provider ANY, model ANY, task_type ANY,
  requests INTEGER, input_tokens INTEGER, input_known INTEGER, output_tokens INTEGER, output_known INTEGER,
  total_tokens INTEGER, total_known INTEGER, cache_read_tokens INTEGER, cache_read_known INTEGER,
  cost_nano INTEGER, cost_known INTEGER, priced_tokens INTEGER, response_ms INTEGER, response_known INTEGER,
  first_at INTEGER, last_at INTEGER
) STRICT;
CREATE TABLE llm_rollup_replaced(
  id INTEGER PRIMARY KEY, timestamp TEXT, tenant_id TEXT, provider TEXT, model TEXT, task_type TEXT,
  input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER, cache_read_tokens INTEGER, cost_nano INTEGER,
  response_time_ms INTEGER
) STRICT;
CREATE TABLE llm_quota(
  id            INTEGER PRIMARY KEY AUTOINCREMENT,  -- never reused: events refer to it
  name          TEXT NOT NULL UNIQUE CONSTRAINT "name is not empty" CHECK (name <> ''),
  active        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  -- scope: '*' is anything; * and ? within a value are wildcards; provider and model compare without case
  tenant_id     TEXT NOT NULL DEFAULT '*',
  user_id       TEXT NOT NULL DEFAULT '*',
  api_key_id    TEXT NOT NULL DEFAULT '*',
  session_id    TEXT NOT NULL DEFAULT '*',
  provider      TEXT NOT NULL DEFAULT '*',
  model         TEXT NOT NULL DEFAULT '*',
  task_type     TEXT NOT NULL DEFAULT '*',
  tag           TEXT NOT NULL DEFAULT '*'  -- 'prod': a string in tags; 'env:prod': a member "env":"prod"
    CONSTRAINT "tag has no quotes or backslashes" CHECK (tag NOT GLOB '*["\]*'),
  split_by      TEXT NOT NULL DEFAULT ''   -- a counter for each value: 'user_id', or several: 'tenant_id,model'
    CONSTRAINT "split_by lists columns of the scope" CHECK (trim(replace(replace(replace(replace(replace(replace(
      replace(split_by, 'tenant_id', ''), 'user_id', ''), 'api_key_id', ''), 'session_id', ''), 'provider', ''),
      'model', ''), 'task_type', ''), ',') = ''),
  metric        TEXT NOT NULL
    CONSTRAINT "metric is input, output, total, requests or cost"
    CHECK (metric IN ('input', 'output', 'total', 'requests', 'cost')),
  limit_units   INTEGER NOT NULL CHECK (limit_units >= 0),  -- tokens, requests, or nano-dollars
  soft_units    INTEGER CHECK (soft_units >= 0),            -- from here on a check says warn
  action        TEXT NOT NULL DEFAULT 'block'
    CONSTRAINT "action is warn, throttle or block" CHECK (action IN ('warn', 'throttle', 'block')),
  guard         TEXT NOT NULL DEFAULT 'insert'  -- does a block quota refuse the INSERT that would cross it?
    CONSTRAINT "guard is insert or none" CHECK (guard IN ('insert', 'none')),
  period        TEXT NOT NULL DEFAULT 'month',
  zone          TEXT NOT NULL DEFAULT 'UTC',
  since         INTEGER NOT NULL DEFAULT 0,     -- Unix seconds; older usage is not counted
  hold_size     TEXT NOT NULL DEFAULT 'max'
    CONSTRAINT "hold_size is max, p99, p95, none or fixed:N"
    CHECK (hold_size IN ('max', 'p99', 'p95', 'none') OR hold_size GLOB 'fixed:[0-9]*' AND hold_size NOT GLOB 'fixed:*[^0-9]*'),
  unpriced      TEXT NOT NULL DEFAULT 'deny'    -- usage without a price under a cost quota
    CONSTRAINT "unpriced is deny, allow or estimate" CHECK (unpriced IN ('deny', 'allow', 'estimate')),
  unpriced_nano INTEGER NOT NULL DEFAULT 0 CHECK (unpriced_nano >= 0),  -- estimate: nano-dollars a token
  rollover_units INTEGER NOT NULL DEFAULT 0 CHECK (rollover_units >= 0), -- at most this is carried to the next period
  parent        TEXT,                           -- name of the quota above, for display: all that match are checked
  special       INTEGER NOT NULL DEFAULT 0,     -- kept by triggers: there are overrides or grants
  hourly_of     INTEGER,                        -- counts hours for alert rules of that quota; made by a trigger
  description   TEXT,
  created_at    TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),

  -- What the triggers use, computed once. route: the value that finds this quota from a row, by an index.
  route         TEXT GENERATED ALWAYS AS (CASE
    WHEN active = 0 THEN NULL
    WHEN api_key_id NOT GLOB '*[*?]*' THEN 'k:' || api_key_id
    WHEN user_id NOT GLOB '*[*?]*' THEN 'u:' || user_id
    WHEN session_id NOT GLOB '*[*?]*' THEN 's:' || session_id
    WHEN tenant_id NOT GLOB '*[*?]*' THEN 't:' || tenant_id
    WHEN task_type NOT GLOB '*[*?]*' THEN 'a:' || task_type
    WHEN model NOT GLOB '*[*?]*' THEN 'm:' || lower(model)
    WHEN provider NOT GLOB '*[*?]*' THEN 'p:' || lower(provider)
    ELSE '*' END) STORED,
  -- The whole scope as one pattern; quota_match.sql builds the text that it meets. '[' is no wildcard here.
  pattern       TEXT GENERATED ALWAYS AS (replace(char(31) || 't=' || tenant_id || char(31) || 'u=' || user_id
    || char(31) || 'k=' || api_key_id || char(31) || 's=' || session_id || char(31) || 'a=' || task_type
    || char(31) || 'm=' || lower(model) || char(31) || 'p=' || lower(provider), '[', '[[]')) STORED,
  tag_text      TEXT GENERATED ALWAYS AS ('"' || iif(instr(tag, ':'),
    substr(tag, 1, instr(tag, ':') - 1) || '":"' || substr(tag, instr(tag, ':') + 1), tag) || '"') STORED,
  -- fixed, rolling: windows of len_s seconds from anchor_s on; month: of `months` months; calendar: see llm_calendar
  kind          TEXT GENERATED ALWAYS AS (CASE
    WHEN period = 'lifetime' THEN 'lifetime'
    WHEN period IN ('hour', 'day', 'week') AND zone IN ('UTC', 'Etc/UTC', 'GMT', 'Z') THEN 'fixed'
    WHEN period IN ('month', 'quarter', 'year') AND zone IN ('UTC', 'Etc/UTC', 'GMT', 'Z') THEN 'month'
    WHEN period GLOB 'every [1-9]*' AND (ltrim(substr(period, 7), '0123456789') IN ('s', 'm', 'h')
      OR ltrim(substr(period, 7), '0123456789') GLOB '[smh] anchor *'
        AND (period GLOB '*Z' OR zone IN ('UTC', 'Etc/UTC', 'GMT', 'Z'))
        AND strftime('%s', substr(period, instr(period, ' anchor ') + 8)) IS NOT NULL) THEN 'fixed'
    WHEN period GLOB 'rolling [1-9]*' AND (ltrim(substr(period, 9), '0123456789') IN ('s', 'm', 'h', 'd', 'w')
      OR ltrim(substr(period, 9), '0123456789') GLOB '[smhdw]/[1-9]*') THEN 'rolling'
    ELSE 'calendar' END) STORED,
  span_s        INTEGER GENERATED ALWAYS AS (CASE  -- the whole window
    WHEN period = 'hour' THEN 3600 WHEN period = 'day' THEN 86400 WHEN period = 'week' THEN 604800
    WHEN period GLOB 'every *' THEN CAST(substr(period, 7) AS INTEGER)
      * CASE substr(ltrim(substr(period, 7), '0123456789'), 1, 1)
        WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 604800 END
    WHEN period GLOB 'rolling *' THEN CAST(substr(period, 9) AS INTEGER)
      * CASE substr(ltrim(substr(period, 9), '0123456789'), 1, 1)
        WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 604800 END
    END) STORED,
  len_s         INTEGER GENERATED ALWAYS AS (iif(period GLOB 'rolling *',  -- a bucket: the window in 60, or in /N
    max(1, (span_s + iif(instr(period, '/'), CAST(substr(period, instr(period, '/') + 1) AS INTEGER), 60) - 1)
      / iif(instr(period, '/'), CAST(substr(period, instr(period, '/') + 1) AS INTEGER), 60)), span_s)) STORED,
  anchor_s      INTEGER GENERATED ALWAYS AS (CASE
    WHEN period = 'week' THEN 345600  -- Monday 1970-01-05
    WHEN period GLOB 'every * anchor *'
      THEN CAST(strftime('%s', substr(period, instr(period, ' anchor ') + 8)) AS INTEGER)
    ELSE 0 END) STORED,
  months        INTEGER GENERATED ALWAYS AS (CASE period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END) STORED,
  calendar      TEXT GENERATED ALWAYS AS (period || '@' || zone) STORED,
  CONSTRAINT "a window is at most 10 years" CHECK (span_s <= 315360000),
  -- One spelling, that of ext/budget/period.h; the function that sets quotas takes others too. Any other 'rolling' would be counted
  -- bucket by bucket, against the limit of the whole window.
  CONSTRAINT "period is hour, day, week, month, quarter, year, lifetime, every 5h, every 1 month anchor 2026-01-31 or rolling 24h"
    CHECK (kind <> 'calendar' OR period IN ('hour', 'day', 'week', 'month', 'quarter', 'year') OR period GLOB 'every [1-9]*'
      AND (ltrim(substr(period, 7), '0123456789') IN ('s', 'm', 'h', 'd', 'w', ' month', ' months')
        OR ltrim(substr(period, 7), '0123456789') GLOB '[smhdw] anchor *'
        OR ltrim(substr(period, 7), '0123456789') GLOB ' month anchor *'
        OR ltrim(substr(period, 7), '0123456789') GLOB ' months anchor *')
      AND (instr(period, ' anchor ') = 0 OR strftime('%s', substr(period, instr(period, ' anchor ') + 8)) IS NOT NULL))
) STRICT;
CREATE TABLE llm_counter(
  quota_id INTEGER NOT NULL,
  key      TEXT NOT NULL,               -- '' or the value of split_by
  start    INTEGER NOT NULL,            -- of the period
  used     INTEGER NOT NULL DEFAULT 0,
  held     INTEGER NOT NULL DEFAULT 0,
  requests INTEGER NOT NULL DEFAULT 0,  -- rows of llm_usage
  unpriced INTEGER NOT NULL DEFAULT 0,  -- rows without a cost, where the metric is cost
  carried  INTEGER NOT NULL DEFAULT 0,  -- rollover, fixed at the first touch of the period
  checks   INTEGER NOT NULL DEFAULT 0,  -- rises with what a guard must look at: usage and holds that come in
  look     INTEGER NOT NULL DEFAULT 0,  -- written to call the trigger that takes a close look
  allowed  INTEGER,                     -- the limit as of the last look at it, grants and overrides included
  alert_at INTEGER,                     -- used from which on alert rules are looked at; NULL: none is left
  at       INTEGER,                     -- time of the row that changed this last; NULL: rebuilt
  usage_id INTEGER,                     -- that row, or NULL for a hold
  PRIMARY KEY (quota_id, key, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_calendar(
  calendar TEXT NOT NULL,  -- period@zone
  start    INTEGER NOT NULL,
  stop     INTEGER NOT NULL CHECK (stop > start),
  PRIMARY KEY (calendar, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_hold(
  id            INTEGER PRIMARY KEY,
  ref           TEXT NOT NULL,          -- the request_id of the usage that will settle it
  unix_time     INTEGER NOT NULL,       -- when it was made: its periods
  expires       INTEGER NOT NULL,
  state         TEXT NOT NULL DEFAULT 'held'   -- OR: of a list SQLite would make a table at each INSERT
    CHECK (state = 'held' OR state = 'settled' OR state = 'released' OR state = 'expired'),
  usage_id      INTEGER,                -- the row of llm_usage that settled it
  tenant_id     TEXT,
  user_id       TEXT,
  api_key_id    TEXT,
  session_id    TEXT,
  provider      TEXT,
  model         TEXT,
  task_type     TEXT,
  tags          TEXT,
  input_tokens  INTEGER CHECK (input_tokens >= 0),
  output_tokens INTEGER CHECK (output_tokens >= 0),
  total_tokens  INTEGER CHECK (total_tokens >= 0),
  requests      INTEGER NOT NULL DEFAULT 1 CHECK (requests >= 0),
  cost_nano     INTEGER CHECK (cost_nano >= 0),
  output_p95    INTEGER,  -- for quotas whose hold_size asks for it: tokens and nano-dollars of a usual answer
  output_p99    INTEGER,
  cost_p95      INTEGER,
  cost_p99      INTEGER
) STRICT;
CREATE TABLE llm_hold_item(  -- what an open hold parks of each quota
  hold_id  INTEGER NOT NULL,
  quota_id INTEGER NOT NULL,
  key      TEXT NOT NULL,
  start    INTEGER NOT NULL,
  units    INTEGER NOT NULL CHECK (units >= 0),
  PRIMARY KEY (hold_id, quota_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_grant(  -- units beyond the limit, once: spent by priority, then expiry, then age
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  quota_id   INTEGER NOT NULL,
  key        TEXT NOT NULL DEFAULT '',
  units      INTEGER NOT NULL CHECK (units > 0),
  used       INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0 AND used <= units),
  priority   INTEGER NOT NULL DEFAULT 0,
  since      INTEGER NOT NULL DEFAULT 0,
  until      INTEGER NOT NULL DEFAULT 253402300800,  -- exclusive; the year 10000
  reason     TEXT,
  created_at TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) STRICT;
CREATE TABLE llm_grant_use(  -- which period's excess a grant has paid
  quota_id INTEGER NOT NULL,
  key      TEXT NOT NULL,
  start    INTEGER NOT NULL,
  grant_id INTEGER NOT NULL,
  units    INTEGER NOT NULL,
  PRIMARY KEY (quota_id, key, start, grant_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_quota_override(  -- another limit for one key, for a time
  quota_id    INTEGER NOT NULL,
  key         TEXT NOT NULL DEFAULT '',
  limit_units INTEGER NOT NULL CHECK (limit_units >= 0),
  since       INTEGER NOT NULL DEFAULT 0,
  until       INTEGER NOT NULL DEFAULT 253402300800,
  reason      TEXT,
  PRIMARY KEY (quota_id, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_alert(  -- rules
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  quota_id    INTEGER NOT NULL,
  watch_id    INTEGER,        -- the quota whose counters are looked at: rate and spike have an hourly one
  basis       TEXT NOT NULL
    CONSTRAINT "basis is percent, used, remaining, rate, spike or forecast"
    CHECK (basis IN ('percent', 'used', 'remaining', 'rate', 'spike', 'forecast')),
  value       REAL NOT NULL CHECK (value >= 0),  -- percent: 0.8; spike: 2 times normal; else units
  step        REAL CHECK (step > 0),             -- again each so much further, in the same unit as value
  severity    TEXT NOT NULL DEFAULT 'warning',
  resolve     INTEGER NOT NULL DEFAULT 0 CHECK (resolve IN (0, 1)),  -- tell when it falls below again
  cooldown_s  INTEGER NOT NULL DEFAULT 0 CHECK (cooldown_s >= 0),    -- no other event of this rule and key within
  active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  description TEXT
) STRICT;
CREATE TABLE llm_alert_event(  -- the outbox: deliver, then set delivered_at
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  alert_id     INTEGER NOT NULL,
  quota_id     INTEGER NOT NULL,
  key          TEXT NOT NULL,
  start        INTEGER NOT NULL,
  step         INTEGER NOT NULL DEFAULT 0,
  state        TEXT NOT NULL DEFAULT 'raised' CHECK (state IN ('raised', 'resolved')),
  level_units  INTEGER,         -- the line that was crossed
  used_units   INTEGER,
  limit_units  INTEGER,
  at           INTEGER,         -- time of the row that crossed it
  late         INTEGER NOT NULL DEFAULT 0,  -- the row belongs to a period before the newest
  delivered_at TEXT,
  UNIQUE (alert_id, key, start, step, state)
) STRICT;
CREATE TABLE llm_quota_log(
  id       INTEGER PRIMARY KEY,
  at       TEXT DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  quota_id INTEGER,
  name     TEXT,
  what     TEXT NOT NULL,
  old      TEXT,
  new      TEXT
) STRICT;
CREATE TABLE llm_replaced(
  id            INTEGER PRIMARY KEY,
  unix_time     INTEGER,
  provider      TEXT,
  model         TEXT,
  task_type     TEXT,
  tenant_id     TEXT,
  user_id       TEXT,
  api_key_id    TEXT,
  session_id    TEXT,
  tags          TEXT,
  input_tokens  INTEGER,
  output_tokens INTEGER,
  total_tokens  INTEGER,
  cost_nano     INTEGER,
  gone          INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE llm_clock(  -- the latest time a reservation was made at: the clock never goes back
  id  INTEGER PRIMARY KEY CHECK (id = 1),
  now INTEGER NOT NULL
) STRICT;
INSERT INTO llm_clock VALUES(1,0);
CREATE TABLE llm_factor(
  model         TEXT PRIMARY KEY COLLATE NOCASE,  -- as llm_usage names it
  factor        REAL NOT NULL CHECK (factor BETWEEN 0.2 AND 5),  -- billed tokens for one estimated
  spread        REAL NOT NULL CHECK (spread >= 0),  -- 9 requests of 10 are within this share of the estimate
  requests      INTEGER NOT NULL,                 -- the evidence
  tokens        INTEGER NOT NULL,                 -- billed
  calibrated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('llm_alert_event',0);
INSERT INTO sqlite_sequence VALUES('llm_usage',3);
CREATE INDEX llm_usage_by_time ON llm_usage(unix_time);
CREATE UNIQUE INDEX llm_price_key ON llm_price(model, meter, service_tier, tier_from_tokens,
  coalesce(provider, ''), coalesce(region, ''), coalesce(valid_from, ''), coalesce(hours, ''),
  coalesce(weekdays, ''));
CREATE INDEX llm_usage_by_session ON llm_usage(session_id) WHERE session_id IS NOT NULL;
CREATE INDEX llm_quota_route ON llm_quota(route) WHERE route IS NOT NULL;
CREATE INDEX llm_counter_period ON llm_counter(quota_id, start);
CREATE UNIQUE INDEX llm_hold_ref ON llm_hold(ref);
CREATE INDEX llm_hold_open ON llm_hold(expires) WHERE state = 'held';
CREATE INDEX llm_grant_key ON llm_grant(quota_id, key);
CREATE INDEX llm_alert_watch ON llm_alert(watch_id) WHERE active;
CREATE INDEX llm_alert_outbox ON llm_alert_event(id) WHERE delivered_at IS NULL;
CREATE TRIGGER llm_alert_look_insert AFTER INSERT ON llm_alert
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.watch_id;
END;
CREATE TRIGGER llm_alert_look_update AFTER UPDATE OF watch_id, basis, value, step, active, cooldown_s ON llm_alert
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.watch_id;
END;
CREATE TRIGGER llm_alert_look_delete AFTER DELETE ON llm_alert
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = OLD.watch_id;
END;
CREATE VIEW llm_quota_charge AS
SELECT 0 AS unix_time, NULL AS provider, NULL AS model, NULL AS task_type, NULL AS tenant_id, NULL AS user_id,
  NULL AS api_key_id, NULL AS session_id, NULL AS tags, 0 AS requests, 0 AS input_tokens, 0 AS output_tokens,
  0 AS total_tokens, 0 AS cost_nano, 0 AS unpriced, 0 AS unpriced_tokens, 0 AS at, 0 AS usage_id, 0 AS checks
WHERE false;
CREATE VIEW llm_quota_fall AS
SELECT 0 AS quota_id, '' AS key, 0 AS start, 0 AS used, 0 AS carried, 0 AS at WHERE false;
CREATE TRIGGER llm_quota_count_insert AFTER INSERT ON llm_quota
BEGIN
  DELETE FROM llm_counter WHERE quota_id = NEW.id;
  DELETE FROM llm_hold_item WHERE quota_id = NEW.id;
  DELETE FROM llm_alert WHERE quota_id = NEW.id AND true;  -- a REPLACE left them
  INSERT INTO llm_counter(quota_id, key, start, used, requests, unpriced, alert_at)
  SELECT NEW.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(u.tenant_id, '')
  WHEN 'user_id' THEN coalesce(u.user_id, '')
  WHEN 'api_key_id' THEN coalesce(u.api_key_id, '')
  WHEN 'session_id' THEN coalesce(u.session_id, '')
  WHEN 'provider' THEN coalesce(lower(u.provider), '')
  WHEN 'model' THEN coalesce(lower(u.model), '')
  WHEN 'task_type' THEN coalesce(u.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(u.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(u.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(u.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(u.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(u.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(u.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(u.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN u.unix_time - ((u.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', u.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', u.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN u.unix_time - (u.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > u.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= u.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, sum(CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(u.input_tokens, 0)
  WHEN 'output' THEN coalesce(u.output_tokens, 0)
  WHEN 'total' THEN coalesce(u.total_tokens, coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0))
  ELSE coalesce(u.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) * q.unpriced_nano, 0))
  END), count(*), sum(iif(q.metric = 'cost' AND u.cost_nano IS NULL, 1, 0)), 0
  FROM llm_quota AS q CROSS JOIN llm_usage AS u ON q.route IN ('*', 'k:' || u.api_key_id, 'u:' || u.user_id, 's:' || u.session_id, 't:' || u.tenant_id,
  'a:' || u.task_type, 'm:' || lower(u.model), 'p:' || lower(u.provider))
AND u.unix_time >= q.since
AND char(31) || 't=' || coalesce(u.tenant_id, '') || char(31) || 'u=' || coalesce(u.user_id, '')
  || char(31) || 'k=' || coalesce(u.api_key_id, '') || char(31) || 's=' || coalesce(u.session_id, '')
  || char(31) || 'a=' || coalesce(u.task_type, '') || char(31) || 'm=' || coalesce(lower(u.model), '')
  || char(31) || 'p=' || coalesce(lower(u.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(u.tags, '": "', '":"'), q.tag_text) > 0)
  WHERE q.id = NEW.id GROUP BY 2, 3;
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units)
  SELECT h.id, NEW.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(h.tenant_id, '')
  WHEN 'user_id' THEN coalesce(h.user_id, '')
  WHEN 'api_key_id' THEN coalesce(h.api_key_id, '')
  WHEN 'session_id' THEN coalesce(h.session_id, '')
  WHEN 'provider' THEN coalesce(lower(h.provider), '')
  WHEN 'model' THEN coalesce(lower(h.model), '')
  WHEN 'task_type' THEN coalesce(h.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(h.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(h.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(h.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(h.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(h.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(h.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(h.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN h.unix_time - ((h.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', h.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', h.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN h.unix_time - (h.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > h.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= h.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, CASE
  WHEN q.metric = 'requests' THEN h.requests
  WHEN q.hold_size = 'none' THEN 0
  WHEN q.hold_size GLOB 'fixed:*' THEN CAST(substr(q.hold_size, 7) AS INTEGER)
  ELSE min(CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(h.input_tokens, 0)
  WHEN 'output' THEN coalesce(h.output_tokens, 0)
  WHEN 'total' THEN coalesce(h.total_tokens, coalesce(h.input_tokens, 0) + coalesce(h.output_tokens, 0))
  ELSE coalesce(h.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(h.input_tokens, 0) + coalesce(h.output_tokens, 0)) * q.unpriced_nano, 0))
  END, iif(q.hold_size = 'max' OR q.metric = 'input', 9223372036854775807, coalesce(CASE
    WHEN q.metric = 'cost' THEN iif(q.hold_size = 'p95', h.cost_p95, h.cost_p99)
    ELSE iif(q.hold_size = 'p95', h.output_p95, h.output_p99)
      + iif(q.metric = 'total', coalesce(h.input_tokens, 0), 0) END, 9223372036854775807)))
  END
  FROM llm_quota AS q CROSS JOIN llm_hold AS h ON h.state = 'held' AND q.route IN ('*', 'k:' || h.api_key_id, 'u:' || h.user_id, 's:' || h.session_id, 't:' || h.tenant_id,
  'a:' || h.task_type, 'm:' || lower(h.model), 'p:' || lower(h.provider))
AND h.unix_time >= q.since
AND char(31) || 't=' || coalesce(h.tenant_id, '') || char(31) || 'u=' || coalesce(h.user_id, '')
  || char(31) || 'k=' || coalesce(h.api_key_id, '') || char(31) || 's=' || coalesce(h.session_id, '')
  || char(31) || 'a=' || coalesce(h.task_type, '') || char(31) || 'm=' || coalesce(lower(h.model), '')
  || char(31) || 'p=' || coalesce(lower(h.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(h.tags, '": "', '":"'), q.tag_text) > 0)
  WHERE q.id = NEW.id;
  INSERT INTO llm_counter(quota_id, key, start, held, alert_at)
  SELECT NEW.id, i.key, i.start, sum(i.units), 0
  FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = NEW.id
  WHERE h.state = 'held' GROUP BY 2, 3
  ON CONFLICT(quota_id, key, start) DO UPDATE SET held = excluded.held;
  UPDATE llm_counter SET carried = (SELECT CASE WHEN q.rollover_units = 0 OR q.kind = 'rolling' THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, CASE WHEN p.start = CASE q.kind
  WHEN 'fixed' THEN (llm_counter.start - 1) - (((llm_counter.start - 1) - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', (llm_counter.start - 1), 'unixepoch', 'start of month',
    '-' || ((strftime('%m', (llm_counter.start - 1), 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN (llm_counter.start - 1) - ((llm_counter.start - 1) % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > (llm_counter.start - 1), c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= (llm_counter.start - 1) ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END THEN 0 ELSE q.limit_units END
    + min(q.rollover_units, max(0, q.limit_units + p.carried - p.used - p.held)))
  FROM llm_counter AS p
  WHERE p.quota_id = q.id AND p.key = llm_counter.key AND p.start < llm_counter.start AND p.start > -9000000000000000000
  ORDER BY p.start DESC LIMIT 1), 0) END FROM llm_quota AS q WHERE q.id = NEW.id)
  WHERE quota_id = NEW.id AND (SELECT rollover_units FROM llm_quota WHERE id = NEW.id) > 0;
  -- thresholds: early for long periods, since there is more time to act
  INSERT INTO llm_alert(quota_id, basis, value, description)
  SELECT NEW.id, 'percent', t.value, 'default' FROM (
    SELECT 0.8 AS value, 0 AS long UNION ALL SELECT 0.95, 0 UNION ALL SELECT 0.75, 1 UNION ALL SELECT 0.9, 1) AS t
  WHERE true AND NEW.hourly_of IS NULL
    AND t.long = (NEW.period = 'lifetime' OR NEW.period GLOB 'month*' OR NEW.period GLOB 'quarter*'
      OR NEW.period GLOB 'year*');
END
;
CREATE TRIGGER llm_quota_count_update AFTER UPDATE OF id, active, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by, metric, period, zone, since, unpriced, unpriced_nano, hold_size ON llm_quota
BEGIN
  DELETE FROM llm_counter WHERE quota_id = OLD.id;
  DELETE FROM llm_hold_item WHERE quota_id = OLD.id;
  DELETE FROM llm_alert WHERE quota_id = OLD.id AND false;  -- a REPLACE left them
  INSERT INTO llm_counter(quota_id, key, start, used, requests, unpriced, alert_at)
  SELECT NEW.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(u.tenant_id, '')
  WHEN 'user_id' THEN coalesce(u.user_id, '')
  WHEN 'api_key_id' THEN coalesce(u.api_key_id, '')
  WHEN 'session_id' THEN coalesce(u.session_id, '')
  WHEN 'provider' THEN coalesce(lower(u.provider), '')
  WHEN 'model' THEN coalesce(lower(u.model), '')
  WHEN 'task_type' THEN coalesce(u.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(u.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(u.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(u.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(u.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(u.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(u.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(u.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN u.unix_time - ((u.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', u.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', u.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN u.unix_time - (u.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > u.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= u.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, sum(CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(u.input_tokens, 0)
  WHEN 'output' THEN coalesce(u.output_tokens, 0)
  WHEN 'total' THEN coalesce(u.total_tokens, coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0))
  ELSE coalesce(u.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) * q.unpriced_nano, 0))
  END), count(*), sum(iif(q.metric = 'cost' AND u.cost_nano IS NULL, 1, 0)), 0
  FROM llm_quota AS q CROSS JOIN llm_usage AS u ON q.route IN ('*', 'k:' || u.api_key_id, 'u:' || u.user_id, 's:' || u.session_id, 't:' || u.tenant_id,
  'a:' || u.task_type, 'm:' || lower(u.model), 'p:' || lower(u.provider))
AND u.unix_time >= q.since
AND char(31) || 't=' || coalesce(u.tenant_id, '') || char(31) || 'u=' || coalesce(u.user_id, '')
  || char(31) || 'k=' || coalesce(u.api_key_id, '') || char(31) || 's=' || coalesce(u.session_id, '')
  || char(31) || 'a=' || coalesce(u.task_type, '') || char(31) || 'm=' || coalesce(lower(u.model), '')
  || char(31) || 'p=' || coalesce(lower(u.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(u.tags, '": "', '":"'), q.tag_text) > 0)
  WHERE q.id = NEW.id GROUP BY 2, 3;
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units)
  SELECT h.id, NEW.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(h.tenant_id, '')
  WHEN 'user_id' THEN coalesce(h.user_id, '')
  WHEN 'api_key_id' THEN coalesce(h.api_key_id, '')
  WHEN 'session_id' THEN coalesce(h.session_id, '')
  WHEN 'provider' THEN coalesce(lower(h.provider), '')
  WHEN 'model' THEN coalesce(lower(h.model), '')
  WHEN 'task_type' THEN coalesce(h.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(h.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(h.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(h.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(h.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(h.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(h.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(h.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN h.unix_time - ((h.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', h.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', h.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN h.unix_time - (h.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > h.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= h.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, CASE
  WHEN q.metric = 'requests' THEN h.requests
  WHEN q.hold_size = 'none' THEN 0
  WHEN q.hold_size GLOB 'fixed:*' THEN CAST(substr(q.hold_size, 7) AS INTEGER)
  ELSE min(CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(h.input_tokens, 0)
  WHEN 'output' THEN coalesce(h.output_tokens, 0)
  WHEN 'total' THEN coalesce(h.total_tokens, coalesce(h.input_tokens, 0) + coalesce(h.output_tokens, 0))
  ELSE coalesce(h.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(h.input_tokens, 0) + coalesce(h.output_tokens, 0)) * q.unpriced_nano, 0))
  END, iif(q.hold_size = 'max' OR q.metric = 'input', 9223372036854775807, coalesce(CASE
    WHEN q.metric = 'cost' THEN iif(q.hold_size = 'p95', h.cost_p95, h.cost_p99)
    ELSE iif(q.hold_size = 'p95', h.output_p95, h.output_p99)
      + iif(q.metric = 'total', coalesce(h.input_tokens, 0), 0) END, 9223372036854775807)))
  END
  FROM llm_quota AS q CROSS JOIN llm_hold AS h ON h.state = 'held' AND q.route IN ('*', 'k:' || h.api_key_id, 'u:' || h.user_id, 's:' || h.session_id, 't:' || h.tenant_id,
  'a:' || h.task_type, 'm:' || lower(h.model), 'p:' || lower(h.provider))
AND h.unix_time >= q.since
AND char(31) || 't=' || coalesce(h.tenant_id, '') || char(31) || 'u=' || coalesce(h.user_id, '')
  || char(31) || 'k=' || coalesce(h.api_key_id, '') || char(31) || 's=' || coalesce(h.session_id, '')
  || char(31) || 'a=' || coalesce(h.task_type, '') || char(31) || 'm=' || coalesce(lower(h.model), '')
  || char(31) || 'p=' || coalesce(lower(h.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(h.tags, '": "', '":"'), q.tag_text) > 0)
  WHERE q.id = NEW.id;
  INSERT INTO llm_counter(quota_id, key, start, held, alert_at)
  SELECT NEW.id, i.key, i.start, sum(i.units), 0
  FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id AND i.quota_id = NEW.id
  WHERE h.state = 'held' GROUP BY 2, 3
  ON CONFLICT(quota_id, key, start) DO UPDATE SET held = excluded.held;
  UPDATE llm_counter SET carried = (SELECT CASE WHEN q.rollover_units = 0 OR q.kind = 'rolling' THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, CASE WHEN p.start = CASE q.kind
  WHEN 'fixed' THEN (llm_counter.start - 1) - (((llm_counter.start - 1) - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', (llm_counter.start - 1), 'unixepoch', 'start of month',
    '-' || ((strftime('%m', (llm_counter.start - 1), 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN (llm_counter.start - 1) - ((llm_counter.start - 1) % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > (llm_counter.start - 1), c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= (llm_counter.start - 1) ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END THEN 0 ELSE q.limit_units END
    + min(q.rollover_units, max(0, q.limit_units + p.carried - p.used - p.held)))
  FROM llm_counter AS p
  WHERE p.quota_id = q.id AND p.key = llm_counter.key AND p.start < llm_counter.start AND p.start > -9000000000000000000
  ORDER BY p.start DESC LIMIT 1), 0) END FROM llm_quota AS q WHERE q.id = NEW.id)
  WHERE quota_id = NEW.id AND (SELECT rollover_units FROM llm_quota WHERE id = NEW.id) > 0;
  -- thresholds: early for long periods, since there is more time to act
  INSERT INTO llm_alert(quota_id, basis, value, description)
  SELECT NEW.id, 'percent', t.value, 'default' FROM (
    SELECT 0.8 AS value, 0 AS long UNION ALL SELECT 0.95, 0 UNION ALL SELECT 0.75, 1 UNION ALL SELECT 0.9, 1) AS t
  WHERE false AND NEW.hourly_of IS NULL
    AND t.long = (NEW.period = 'lifetime' OR NEW.period GLOB 'month*' OR NEW.period GLOB 'quarter*'
      OR NEW.period GLOB 'year*');
END
;
CREATE TRIGGER llm_counter_insert AFTER INSERT ON llm_counter
WHEN NEW.at IS NOT NULL
BEGIN
  UPDATE llm_counter SET alert_at = 0, checks = checks + NEW.checks,
    carried = (SELECT CASE WHEN q.rollover_units = 0 OR q.kind = 'rolling' THEN 0 ELSE coalesce((
  SELECT min(q.rollover_units, CASE WHEN p.start = CASE q.kind
  WHEN 'fixed' THEN (NEW.start - 1) - (((NEW.start - 1) - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', (NEW.start - 1), 'unixepoch', 'start of month',
    '-' || ((strftime('%m', (NEW.start - 1), 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN (NEW.start - 1) - ((NEW.start - 1) % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > (NEW.start - 1), c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= (NEW.start - 1) ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END THEN 0 ELSE q.limit_units END
    + min(q.rollover_units, max(0, q.limit_units + p.carried - p.used - p.held)))
  FROM llm_counter AS p
  WHERE p.quota_id = q.id AND p.key = NEW.key AND p.start < NEW.start AND p.start > -9000000000000000000
  ORDER BY p.start DESC LIMIT 1), 0) END FROM llm_quota AS q WHERE q.id = NEW.quota_id)
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start;
END;
CREATE TRIGGER llm_counter_rose AFTER UPDATE OF used, held, checks ON llm_counter
WHEN NEW.at IS NOT NULL AND (NEW.used >= NEW.alert_at OR EXISTS (SELECT 1 FROM llm_quota AS q
  WHERE q.id = NEW.quota_id AND (q.special AND NEW.used > OLD.used
    OR q.action = 'block' AND NEW.checks > OLD.checks AND (NEW.used + NEW.held > q.limit_units OR q.special
      OR NEW.unpriced > 0 OR NEW.start = -9000000000000000000
      OR q.kind = 'rolling' AND q.limit_units < (SELECT sum(w.used) + sum(w.held) FROM llm_counter AS w
        WHERE w.quota_id = q.id AND w.key = NEW.key AND w.start > NEW.start - q.span_s - q.len_s
          AND w.start < NEW.start + q.span_s + q.len_s)))))
BEGIN
  UPDATE llm_counter SET look = (NEW.checks > OLD.checks) + 2 * (NEW.used > OLD.used)
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start;
END;
CREATE TRIGGER llm_counter_look AFTER UPDATE OF look ON llm_counter
BEGIN
  UPDATE llm_counter SET allowed = (SELECT coalesce((SELECT o.limit_units FROM llm_quota_override AS o
    WHERE o.quota_id = q.id AND o.key = llm_counter.key AND o.since <= llm_counter.at AND llm_counter.at < o.until), q.limit_units)
  + llm_counter.carried
  + iif(q.kind = 'rolling', 0,
    coalesce((SELECT sum(g.units) FROM llm_grant_use AS g
      WHERE g.quota_id = q.id AND g.key = llm_counter.key AND g.start = llm_counter.start), 0)
    + coalesce((SELECT sum(g.units - g.used) FROM llm_grant AS g
      WHERE g.quota_id = q.id AND g.key = llm_counter.key AND g.since <= llm_counter.at AND llm_counter.at < g.until), 0)) FROM llm_quota AS q WHERE q.id = NEW.quota_id)
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
  WHERE NEW.look & 1 AND q.id = NEW.quota_id AND q.action = 'block' AND q.guard = 'insert' AND q.active
    AND NOT EXISTS (SELECT 1 FROM llm_hold AS h WHERE h.ref = u.request_id
      AND coalesce(h.usage_id, u.id) = u.id)
    AND (c.start = -9000000000000000000
      OR q.metric = 'cost' AND q.unpriced = 'deny' AND u.id IS NOT NULL AND u.cost_nano IS NULL AND u.cost_usd IS NULL
      OR c.allowed < CASE q.kind WHEN 'rolling' THEN (
            SELECT sum(w.used) + sum(w.held) FROM llm_counter AS w WHERE w.quota_id = c.quota_id AND w.key = c.key
              AND w.start > c.start - q.span_s - q.len_s AND w.start < c.start + q.span_s + q.len_s)
          ELSE c.used + c.held END
        AND (u.id IS NULL OR CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(u.input_tokens, 0)
  WHEN 'output' THEN coalesce(u.output_tokens, 0)
  WHEN 'total' THEN coalesce(u.total_tokens, coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0))
  ELSE coalesce(u.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) * q.unpriced_nano, 0))
  END > 0));

  -- what is beyond the limit, grants pay: by priority, then expiry, then age
  INSERT INTO llm_grant_use(quota_id, key, start, grant_id, units)
  SELECT NEW.quota_id, NEW.key, NEW.start, id, min(rest, excess - before) FROM (
    SELECT g.id, g.units - g.used AS rest, NEW.used - c.allowed + sum(g.units - g.used) OVER () AS excess,
      sum(g.units - g.used) OVER (ORDER BY g.priority, g.until, g.id) - (g.units - g.used) AS before
    FROM llm_grant AS g
    CROSS JOIN llm_counter AS c ON c.quota_id = g.quota_id AND c.key = g.key AND c.start = NEW.start
    CROSS JOIN llm_quota AS q ON q.id = g.quota_id
    WHERE g.quota_id = NEW.quota_id AND g.key = NEW.key AND g.used < g.units AND g.since <= NEW.at
      AND NEW.at < g.until AND NEW.look & 2 AND q.kind <> 'rolling')
  WHERE excess > before
  ON CONFLICT(quota_id, key, start, grant_id) DO UPDATE SET units = units + excluded.units;

  INSERT INTO llm_alert_event(alert_id, quota_id, key, start, step, level_units, used_units, limit_units, at, late)
  SELECT id, NEW.quota_id, NEW.key, NEW.start, step_no, level + step_no * coalesce(step_units, 0), NEW.used, allowed,
    NEW.at, EXISTS (SELECT 1 FROM llm_counter WHERE quota_id = NEW.quota_id AND key = NEW.key AND start > NEW.start)
  FROM (
    SELECT id, cooldown_s, allowed, step_units, level, iif(step_units > 0, (NEW.used - level) / step_units, 0) AS step_no
    FROM (
      SELECT id, cooldown_s, allowed, step_units, CAST(line AS INTEGER) + (line > CAST(line AS INTEGER)) AS level FROM (
        SELECT a.id, a.cooldown_s, c.allowed, CASE a.basis
  WHEN 'percent' THEN a.value * c.allowed
  WHEN 'remaining' THEN c.allowed - a.value
  WHEN 'spike' THEN (
    SELECT a.value * sum(w.used) * 3600 / (c.start - min(w.start))
    FROM llm_counter AS w WHERE w.quota_id = a.watch_id AND w.key = c.key AND w.start < c.start
      AND w.start >= c.start - 604800 HAVING min(w.start) <= c.start - 86400 AND sum(w.used) > 0)
  WHEN 'forecast' THEN NULL
  ELSE a.value
  END AS line,
          max(1, CAST(a.step * iif(a.basis = 'percent', c.allowed, 1) AS INTEGER)) AS step_units
        FROM llm_counter AS c CROSS JOIN llm_alert AS a ON a.watch_id = c.quota_id AND a.active
        WHERE c.quota_id = NEW.quota_id AND c.key = NEW.key AND c.start = NEW.start AND NEW.used >= NEW.alert_at
        LIMIT -1)  -- LIMIT: so that a line is computed once
      LIMIT -1)
    WHERE level <= NEW.used LIMIT -1) AS f
  WHERE NOT EXISTS (SELECT 1 FROM llm_alert_event AS e WHERE e.alert_id = f.id AND e.key = NEW.key
      AND e.start = NEW.start AND e.state = 'raised' AND e.step >= f.step_no)
    AND (cooldown_s = 0 OR NOT EXISTS (SELECT 1 FROM llm_alert_event AS e
      WHERE e.alert_id = f.id AND e.key = NEW.key AND e.state = 'raised' AND abs(e.at - NEW.at) < cooldown_s))
  ON CONFLICT(alert_id, key, start, step, state) DO NOTHING;

  UPDATE llm_counter SET alert_at = (
    SELECT min(CASE WHEN told IS NULL THEN CAST(line AS INTEGER) + (line > CAST(line AS INTEGER))
      WHEN step_units > 0 THEN CAST(line AS INTEGER) + (line > CAST(line AS INTEGER)) + (told + 1) * step_units END)
    FROM (
      SELECT CASE a.basis
  WHEN 'percent' THEN a.value * llm_counter.allowed
  WHEN 'remaining' THEN llm_counter.allowed - a.value
  WHEN 'spike' THEN (
    SELECT a.value * sum(w.used) * 3600 / (llm_counter.start - min(w.start))
    FROM llm_counter AS w WHERE w.quota_id = a.watch_id AND w.key = llm_counter.key AND w.start < llm_counter.start
      AND w.start >= llm_counter.start - 604800 HAVING min(w.start) <= llm_counter.start - 86400 AND sum(w.used) > 0)
  WHEN 'forecast' THEN NULL
  ELSE a.value
  END AS line,
        max(1, CAST(a.step * iif(a.basis = 'percent', llm_counter.allowed, 1) AS INTEGER)) AS step_units,
        (SELECT max(e.step) FROM llm_alert_event AS e WHERE e.alert_id = a.id AND e.key = NEW.key
          AND e.start = NEW.start AND e.state = 'raised') AS told
      FROM llm_alert AS a WHERE a.watch_id = NEW.quota_id AND a.active LIMIT -1))
  WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start AND NEW.used >= NEW.alert_at;
END
;
CREATE TRIGGER llm_counter_fell AFTER UPDATE OF used ON llm_counter
WHEN NEW.used < OLD.used AND NEW.at IS NOT NULL AND (
  EXISTS (SELECT 1 FROM llm_grant_use WHERE quota_id = NEW.quota_id AND key = NEW.key AND start = NEW.start)
  OR EXISTS (SELECT 1 FROM llm_alert WHERE watch_id = NEW.quota_id AND resolve))
BEGIN
  INSERT INTO llm_quota_fall VALUES (NEW.quota_id, NEW.key, NEW.start, NEW.used, NEW.carried, NEW.at);
END;
CREATE TRIGGER llm_quota_fall_call INSTEAD OF INSERT ON llm_quota_fall
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
  SELECT e.alert_id, e.quota_id, e.key, e.start, e.step, 'resolved', e.level_units, NEW.used, e.limit_units, NEW.at
  FROM llm_alert AS a CROSS JOIN llm_alert_event AS e ON e.alert_id = a.id AND e.key = NEW.key AND e.start = NEW.start
  WHERE a.watch_id = NEW.quota_id AND a.resolve AND e.state = 'raised' AND e.level_units > NEW.used
  ON CONFLICT(alert_id, key, start, step, state) DO NOTHING;
END;
CREATE TRIGGER llm_grant_use_insert AFTER INSERT ON llm_grant_use
BEGIN
  UPDATE llm_grant SET used = used + NEW.units WHERE id = NEW.grant_id;
END;
CREATE TRIGGER llm_grant_use_update AFTER UPDATE OF units ON llm_grant_use
BEGIN
  UPDATE llm_grant SET used = used + NEW.units - OLD.units WHERE id = NEW.grant_id;
END;
CREATE TRIGGER llm_hold_repeated BEFORE INSERT ON llm_hold
WHEN EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.ref)
BEGIN
  SELECT RAISE(IGNORE);
END;
CREATE TRIGGER llm_hold_insert AFTER INSERT ON llm_hold
WHEN NEW.state = 'held'
BEGIN
  INSERT INTO llm_hold_item(hold_id, quota_id, key, start, units)
  SELECT NEW.id, q.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(NEW.tenant_id, '')
  WHEN 'user_id' THEN coalesce(NEW.user_id, '')
  WHEN 'api_key_id' THEN coalesce(NEW.api_key_id, '')
  WHEN 'session_id' THEN coalesce(NEW.session_id, '')
  WHEN 'provider' THEN coalesce(lower(NEW.provider), '')
  WHEN 'model' THEN coalesce(lower(NEW.model), '')
  WHEN 'task_type' THEN coalesce(NEW.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(NEW.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(NEW.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(NEW.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(NEW.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(NEW.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(NEW.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(NEW.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN NEW.unix_time - ((NEW.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', NEW.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', NEW.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN NEW.unix_time - (NEW.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > NEW.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= NEW.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, CASE
  WHEN q.metric = 'requests' THEN NEW.requests
  WHEN q.hold_size = 'none' THEN 0
  WHEN q.hold_size GLOB 'fixed:*' THEN CAST(substr(q.hold_size, 7) AS INTEGER)
  ELSE min(CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(NEW.input_tokens, 0)
  WHEN 'output' THEN coalesce(NEW.output_tokens, 0)
  WHEN 'total' THEN coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0))
  ELSE coalesce(NEW.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0)) * q.unpriced_nano, 0))
  END, iif(q.hold_size = 'max' OR q.metric = 'input', 9223372036854775807, coalesce(CASE
    WHEN q.metric = 'cost' THEN iif(q.hold_size = 'p95', NEW.cost_p95, NEW.cost_p99)
    ELSE iif(q.hold_size = 'p95', NEW.output_p95, NEW.output_p99)
      + iif(q.metric = 'total', coalesce(NEW.input_tokens, 0), 0) END, 9223372036854775807)))
  END
  FROM (SELECT '*' AS route UNION ALL SELECT 'k:' || NEW.api_key_id UNION ALL SELECT 'u:' || NEW.user_id
  UNION ALL SELECT 's:' || NEW.session_id UNION ALL SELECT 't:' || NEW.tenant_id
  UNION ALL SELECT 'a:' || NEW.task_type UNION ALL SELECT 'm:' || lower(NEW.model)
  UNION ALL SELECT 'p:' || lower(NEW.provider)) AS w CROSS JOIN llm_quota AS q ON q.route = w.route WHERE NEW.unix_time >= q.since
AND char(31) || 't=' || coalesce(NEW.tenant_id, '') || char(31) || 'u=' || coalesce(NEW.user_id, '')
  || char(31) || 'k=' || coalesce(NEW.api_key_id, '') || char(31) || 's=' || coalesce(NEW.session_id, '')
  || char(31) || 'a=' || coalesce(NEW.task_type, '') || char(31) || 'm=' || coalesce(lower(NEW.model), '')
  || char(31) || 'p=' || coalesce(lower(NEW.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(NEW.tags, '": "', '":"'), q.tag_text) > 0);
  SELECT RAISE(ABORT, 'tok: a cost quota takes no hold without a price (llm_quota.unpriced = deny)')
  FROM llm_hold_item AS i CROSS JOIN llm_quota AS q ON q.id = i.quota_id
  WHERE i.hold_id = NEW.id AND NEW.cost_nano IS NULL
    AND q.metric = 'cost' AND q.unpriced = 'deny' AND q.action = 'block';
  INSERT INTO llm_counter(quota_id, key, start, held, checks, at)
  SELECT quota_id, key, start, units, units > 0, NEW.unix_time FROM llm_hold_item WHERE hold_id = NEW.id
  ON CONFLICT(quota_id, key, start) DO UPDATE SET held = held + excluded.held, checks = checks + excluded.checks,
    at = excluded.at, usage_id = NULL;
END;
CREATE TRIGGER llm_hold_reopened BEFORE UPDATE OF state ON llm_hold
WHEN OLD.state <> 'held' AND NEW.state = 'held'
BEGIN
  SELECT RAISE(ABORT, 'tok: a hold that has ended does not open again');
END;
CREATE TRIGGER llm_hold_freed AFTER UPDATE OF state ON llm_hold
WHEN OLD.state = 'held' AND NEW.state <> 'held'
BEGIN
  UPDATE llm_counter SET held = llm_counter.held - i.units FROM llm_hold_item AS i
  WHERE i.hold_id = OLD.id AND llm_counter.quota_id = i.quota_id AND llm_counter.key = i.key
    AND llm_counter.start = i.start;
  DELETE FROM llm_hold_item WHERE hold_id = OLD.id;
END;
CREATE TRIGGER llm_hold_deleted AFTER DELETE ON llm_hold
WHEN OLD.state = 'held'
BEGIN
  UPDATE llm_counter SET held = llm_counter.held - i.units FROM llm_hold_item AS i
  WHERE i.hold_id = OLD.id AND llm_counter.quota_id = i.quota_id AND llm_counter.key = i.key
    AND llm_counter.start = i.start;
  DELETE FROM llm_hold_item WHERE hold_id = OLD.id;
END;
CREATE TRIGGER llm_quota_log_quota AFTER INSERT ON llm_quota
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (NEW.id, coalesce(NEW.name, (SELECT name FROM llm_quota WHERE id = NEW.id)), 'quota made', NULL, printf('%d %s %s %s', NEW.limit_units, NEW.metric, NEW.period, NEW.action));
END;
CREATE TRIGGER llm_quota_log_quota_changed AFTER UPDATE OF name, active, limit_units, soft_units, action, guard, period, zone, metric, unpriced, rollover_units ON llm_quota
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (NEW.id, coalesce(NEW.name, (SELECT name FROM llm_quota WHERE id = NEW.id)), 'quota changed', printf('%d %s %s %s%s', OLD.limit_units, OLD.metric, OLD.period, OLD.action, iif(OLD.active, '', ' inactive')), printf('%d %s %s %s%s', NEW.limit_units, NEW.metric, NEW.period, NEW.action, iif(NEW.active, '', ' inactive')));
END;
CREATE TRIGGER llm_quota_log_quota_deleted AFTER DELETE ON llm_quota
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (OLD.id, coalesce(OLD.name, (SELECT name FROM llm_quota WHERE id = OLD.id)), 'quota deleted', printf('%d %s %s %s', OLD.limit_units, OLD.metric, OLD.period, OLD.action), NULL);
END;
CREATE TRIGGER llm_quota_log_override AFTER INSERT ON llm_quota_override
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (NEW.quota_id, coalesce(NULL, (SELECT name FROM llm_quota WHERE id = NEW.quota_id)), 'override', NULL, printf('%s %d until %d %s', NEW.key, NEW.limit_units, NEW.until, NEW.reason));
END;
CREATE TRIGGER llm_quota_log_override_changed AFTER UPDATE ON llm_quota_override
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (NEW.quota_id, coalesce(NULL, (SELECT name FROM llm_quota WHERE id = NEW.quota_id)), 'override changed', printf('%s %d until %d', OLD.key, OLD.limit_units, OLD.until), printf('%s %d until %d %s', NEW.key, NEW.limit_units, NEW.until, NEW.reason));
END;
CREATE TRIGGER llm_quota_log_override_deleted AFTER DELETE ON llm_quota_override
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (OLD.quota_id, coalesce(NULL, (SELECT name FROM llm_quota WHERE id = OLD.quota_id)), 'override deleted', printf('%s %d until %d', OLD.key, OLD.limit_units, OLD.until), NULL);
END;
CREATE TRIGGER llm_quota_log_grant AFTER INSERT ON llm_grant
BEGIN
  INSERT INTO llm_quota_log(quota_id, name, what, old, new)
  VALUES (NEW.quota_id, coalesce(NULL, (SELECT name FROM llm_quota WHERE id = NEW.quota_id)), 'grant', NULL, printf('%s %d until %d %s', NEW.key, NEW.units, NEW.until, NEW.reason));
END;
CREATE TRIGGER llm_quota_override_insert AFTER INSERT ON llm_quota_override
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = NEW.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = NEW.quota_id)
  WHERE id = NEW.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.quota_id AND key = NEW.key;
END;
CREATE TRIGGER llm_quota_override_update AFTER UPDATE OF quota_id, key, limit_units, since, until ON llm_quota_override
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = NEW.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = NEW.quota_id)
  WHERE id = NEW.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.quota_id AND key = NEW.key;
END;
CREATE TRIGGER llm_quota_override_delete AFTER DELETE ON llm_quota_override
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = OLD.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = OLD.quota_id)
  WHERE id = OLD.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = OLD.quota_id AND key = OLD.key;
END;
CREATE TRIGGER llm_quota_grant_insert AFTER INSERT ON llm_grant
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = NEW.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = NEW.quota_id)
  WHERE id = NEW.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.quota_id AND key = NEW.key;
END;
CREATE TRIGGER llm_quota_grant_update AFTER UPDATE OF quota_id, key, units, since, until ON llm_grant
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = NEW.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = NEW.quota_id)
  WHERE id = NEW.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.quota_id AND key = NEW.key;
END;
CREATE TRIGGER llm_quota_grant_delete AFTER DELETE ON llm_grant
BEGIN
  UPDATE llm_quota SET special = EXISTS (SELECT 1 FROM llm_quota_override WHERE quota_id = OLD.quota_id)
    OR EXISTS (SELECT 1 FROM llm_grant WHERE quota_id = OLD.quota_id)
  WHERE id = OLD.quota_id;
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = OLD.quota_id AND key = OLD.key;
END;
CREATE TRIGGER llm_quota_deleted AFTER DELETE ON llm_quota
BEGIN
  -- the hourly quota's own trigger is this one, which SQLite does not run within itself
  DELETE FROM llm_counter WHERE quota_id IN (SELECT OLD.id UNION ALL SELECT id FROM llm_quota WHERE hourly_of = OLD.id);
  DELETE FROM llm_hold_item WHERE quota_id IN (SELECT OLD.id UNION ALL SELECT id FROM llm_quota WHERE hourly_of = OLD.id);
  DELETE FROM llm_alert WHERE quota_id = OLD.id;
  DELETE FROM llm_grant WHERE quota_id = OLD.id;
  DELETE FROM llm_grant_use WHERE quota_id = OLD.id;
  DELETE FROM llm_quota_override WHERE quota_id = OLD.id;
  DELETE FROM llm_quota WHERE hourly_of = OLD.id;
END
;
CREATE TRIGGER llm_quota_orphans AFTER INSERT ON llm_quota
BEGIN
  DELETE FROM llm_counter WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_hold_item WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_alert WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_grant WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_grant_use WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_quota_override WHERE quota_id NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_quota WHERE hourly_of NOT IN (SELECT id FROM llm_quota);
  DELETE FROM llm_replaced;  -- what an ignored INSERT left while there was no quota to follow its row
END
;
CREATE TRIGGER llm_quota_limit AFTER UPDATE OF limit_units ON llm_quota
BEGIN
  UPDATE llm_counter SET alert_at = 0 WHERE quota_id = NEW.id;
END;
CREATE TRIGGER llm_alert_insert AFTER INSERT ON llm_alert
BEGIN
  INSERT INTO llm_quota(name, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by,
    metric, limit_units, action, guard, period, since, unpriced, unpriced_nano, hourly_of, description)
  SELECT name || ' (hourly)', tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag, split_by,
    metric, 9223372036854775807, 'warn', 'none', 'hour', since, iif(unpriced = 'estimate', unpriced, 'allow'),
    unpriced_nano, id, 'counts the hours of ' || name
  FROM llm_quota WHERE id = NEW.quota_id AND NEW.basis IN ('rate', 'spike') AND (period <> 'hour' OR kind <> 'fixed')
    AND NOT EXISTS (SELECT 1 FROM llm_quota WHERE hourly_of = NEW.quota_id);
  UPDATE llm_alert SET watch_id = coalesce(
    iif(NEW.basis IN ('rate', 'spike'), (SELECT id FROM llm_quota WHERE hourly_of = NEW.quota_id), NULL), NEW.quota_id)
  WHERE id = NEW.id;
END;
CREATE TRIGGER llm_quota_charge_call INSTEAD OF INSERT ON llm_quota_charge
BEGIN
  INSERT INTO llm_counter(quota_id, key, start, used, requests, unpriced, checks, at, usage_id)
  SELECT q.id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(NEW.tenant_id, '')
  WHEN 'user_id' THEN coalesce(NEW.user_id, '')
  WHEN 'api_key_id' THEN coalesce(NEW.api_key_id, '')
  WHEN 'session_id' THEN coalesce(NEW.session_id, '')
  WHEN 'provider' THEN coalesce(lower(NEW.provider), '')
  WHEN 'model' THEN coalesce(lower(NEW.model), '')
  WHEN 'task_type' THEN coalesce(NEW.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(NEW.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(NEW.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(NEW.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(NEW.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(NEW.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(NEW.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(NEW.task_type), ''), 2)
  END, CASE q.kind
  WHEN 'fixed' THEN NEW.unix_time - ((NEW.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', NEW.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', NEW.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN NEW.unix_time - (NEW.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > NEW.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= NEW.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END, CASE q.metric
      WHEN 'requests' THEN NEW.requests
      WHEN 'input' THEN NEW.input_tokens
      WHEN 'output' THEN NEW.output_tokens
      WHEN 'total' THEN NEW.total_tokens
      ELSE NEW.cost_nano + iif(q.unpriced = 'estimate', NEW.unpriced_tokens * q.unpriced_nano, 0) END,
    NEW.requests, iif(q.metric = 'cost', NEW.unpriced, 0), NEW.checks, NEW.at, NEW.usage_id
  FROM (SELECT '*' AS route UNION ALL SELECT 'k:' || NEW.api_key_id UNION ALL SELECT 'u:' || NEW.user_id
  UNION ALL SELECT 's:' || NEW.session_id UNION ALL SELECT 't:' || NEW.tenant_id
  UNION ALL SELECT 'a:' || NEW.task_type UNION ALL SELECT 'm:' || lower(NEW.model)
  UNION ALL SELECT 'p:' || lower(NEW.provider)) AS w CROSS JOIN llm_quota AS q ON q.route = w.route
  WHERE NEW.unix_time >= q.since
AND char(31) || 't=' || coalesce(NEW.tenant_id, '') || char(31) || 'u=' || coalesce(NEW.user_id, '')
  || char(31) || 'k=' || coalesce(NEW.api_key_id, '') || char(31) || 's=' || coalesce(NEW.session_id, '')
  || char(31) || 'a=' || coalesce(NEW.task_type, '') || char(31) || 'm=' || coalesce(lower(NEW.model), '')
  || char(31) || 'p=' || coalesce(lower(NEW.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(NEW.tags, '": "', '":"'), q.tag_text) > 0)
    AND (NEW.requests <> 0 OR NEW.checks OR CASE q.metric  -- a late price is nothing to quotas of tokens
      WHEN 'input' THEN NEW.input_tokens <> 0
      WHEN 'output' THEN NEW.output_tokens <> 0
      WHEN 'total' THEN NEW.total_tokens <> 0
      WHEN 'cost' THEN NEW.cost_nano <> 0 OR NEW.unpriced <> 0 OR NEW.unpriced_tokens <> 0 END)
  ON CONFLICT(quota_id, key, start) DO UPDATE SET used = used + excluded.used, requests = requests + excluded.requests,
    unpriced = unpriced + excluded.unpriced, checks = checks + excluded.checks, at = excluded.at,
    usage_id = excluded.usage_id;
END
;
CREATE TRIGGER llm_quota_insert AFTER INSERT ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota)
  OR NEW.request_id IS NOT NULL AND EXISTS (SELECT 1 FROM llm_hold WHERE ref = NEW.request_id AND usage_id IS NULL)
BEGIN
  -- the hold that this usage settles, before the charge: a settled call is never refused
  UPDATE llm_hold SET state = 'settled', usage_id = NEW.id WHERE ref = NEW.request_id AND usage_id IS NULL;
  UPDATE llm_replaced SET gone = 1 WHERE id = NEW.id OR NOT EXISTS (SELECT 1 FROM llm_usage WHERE id = llm_replaced.id);
  DELETE FROM llm_replaced;
  INSERT INTO llm_quota_charge VALUES (NEW.unix_time, NEW.provider, NEW.model, NEW.task_type, NEW.tenant_id, NEW.user_id, NEW.api_key_id, NEW.session_id,
NEW.tags, 1, coalesce(NEW.input_tokens, 0), coalesce(NEW.output_tokens, 0),
coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0)), coalesce(NEW.cost_nano, 0),
NEW.cost_nano IS NULL,
iif(NEW.cost_nano IS NULL, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0), 0), NEW.unix_time, NEW.id, 1);
END
;
CREATE TRIGGER llm_quota_update AFTER UPDATE OF input_tokens, output_tokens, total_tokens, cost_nano ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota) AND (
  NEW.cost_nano IS NOT OLD.cost_nano OR NEW.input_tokens IS NOT OLD.input_tokens
  OR NEW.output_tokens IS NOT OLD.output_tokens
  OR coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0))
    <> coalesce(OLD.total_tokens, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0)))
  AND NOT (NEW.unix_time <> OLD.unix_time OR NEW.id <> OLD.id OR NEW.provider IS NOT OLD.provider OR NEW.model IS NOT OLD.model
  OR NEW.task_type IS NOT OLD.task_type OR NEW.tenant_id IS NOT OLD.tenant_id OR NEW.user_id IS NOT OLD.user_id
  OR NEW.api_key_id IS NOT OLD.api_key_id OR NEW.session_id IS NOT OLD.session_id OR NEW.tags IS NOT OLD.tags)
BEGIN
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, OLD.provider, OLD.model, OLD.task_type, OLD.tenant_id, OLD.user_id, OLD.api_key_id,
    OLD.session_id, OLD.tags, 0,
    coalesce(NEW.input_tokens, 0) - coalesce(OLD.input_tokens, 0),
    coalesce(NEW.output_tokens, 0) - coalesce(OLD.output_tokens, 0),
    coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0))
      - coalesce(OLD.total_tokens, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0)),
    coalesce(NEW.cost_nano, 0) - coalesce(OLD.cost_nano, 0), (NEW.cost_nano IS NULL) - (OLD.cost_nano IS NULL),
    iif(NEW.cost_nano IS NULL, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0), 0)
      - iif(OLD.cost_nano IS NULL, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0), 0),
    NEW.unix_time, NEW.id,
    -- a cost given in dollars at INSERT and filled in now is part of that INSERT
    OLD.cost_nano IS NULL AND NEW.cost_nano IS NOT NULL AND OLD.cost_usd IS NOT NULL);
END
;
CREATE TRIGGER llm_quota_move AFTER UPDATE OF id, timestamp, provider, model, task_type, tenant_id, user_id,
  api_key_id, session_id, tags ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota) AND (NEW.unix_time <> OLD.unix_time OR NEW.id <> OLD.id OR NEW.provider IS NOT OLD.provider OR NEW.model IS NOT OLD.model
  OR NEW.task_type IS NOT OLD.task_type OR NEW.tenant_id IS NOT OLD.tenant_id OR NEW.user_id IS NOT OLD.user_id
  OR NEW.api_key_id IS NOT OLD.api_key_id OR NEW.session_id IS NOT OLD.session_id OR NEW.tags IS NOT OLD.tags)
BEGIN
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, OLD.provider, OLD.model, OLD.task_type, OLD.tenant_id, OLD.user_id, OLD.api_key_id, OLD.session_id,
OLD.tags, -1, -coalesce(OLD.input_tokens, 0), -coalesce(OLD.output_tokens, 0),
-coalesce(OLD.total_tokens, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0)),
-coalesce(OLD.cost_nano, 0), -(OLD.cost_nano IS NULL),
-iif(OLD.cost_nano IS NULL, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0), 0), OLD.unix_time, NULL, 0);
  INSERT INTO llm_quota_charge VALUES (NEW.unix_time, NEW.provider, NEW.model, NEW.task_type, NEW.tenant_id, NEW.user_id, NEW.api_key_id, NEW.session_id,
NEW.tags, 1, coalesce(NEW.input_tokens, 0), coalesce(NEW.output_tokens, 0),
coalesce(NEW.total_tokens, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0)), coalesce(NEW.cost_nano, 0),
NEW.cost_nano IS NULL,
iif(NEW.cost_nano IS NULL, coalesce(NEW.input_tokens, 0) + coalesce(NEW.output_tokens, 0), 0), NEW.unix_time, NEW.id, 0);
END;
CREATE TRIGGER llm_quota_replaced_by_update AFTER UPDATE OF id, provider, response_id, model, task_type,
  tenant_id, user_id, api_key_id, session_id, tags ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_replaced)
BEGIN
  DELETE FROM llm_replaced WHERE id = OLD.id;  -- an upsert's: the row is there
  UPDATE llm_replaced SET gone = 1 WHERE id = NEW.id OR NOT EXISTS (SELECT 1 FROM llm_usage WHERE id = llm_replaced.id);
  DELETE FROM llm_replaced;
END
;
CREATE TRIGGER llm_quota_delete AFTER DELETE ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  UPDATE llm_replaced SET gone = 0 WHERE id = OLD.id;  -- with recursive_triggers a REPLACE comes here too
  DELETE FROM llm_replaced WHERE id = OLD.id;
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, OLD.provider, OLD.model, OLD.task_type, OLD.tenant_id, OLD.user_id, OLD.api_key_id, OLD.session_id,
OLD.tags, -1, -coalesce(OLD.input_tokens, 0), -coalesce(OLD.output_tokens, 0),
-coalesce(OLD.total_tokens, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0)),
-coalesce(OLD.cost_nano, 0), -(OLD.cost_nano IS NULL),
-iif(OLD.cost_nano IS NULL, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0), 0), OLD.unix_time, NULL, 0);
END
;
CREATE TRIGGER llm_quota_replaced AFTER DELETE ON llm_replaced
WHEN OLD.gone
BEGIN
  INSERT INTO llm_quota_charge VALUES (OLD.unix_time, OLD.provider, OLD.model, OLD.task_type, OLD.tenant_id, OLD.user_id, OLD.api_key_id, OLD.session_id,
OLD.tags, -1, -coalesce(OLD.input_tokens, 0), -coalesce(OLD.output_tokens, 0),
-coalesce(OLD.total_tokens, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0)),
-coalesce(OLD.cost_nano, 0), -(OLD.cost_nano IS NULL),
-iif(OLD.cost_nano IS NULL, coalesce(OLD.input_tokens, 0) + coalesce(OLD.output_tokens, 0), 0), OLD.unix_time, NULL, 0);
END;
CREATE TRIGGER llm_quota_before_insert BEFORE INSERT ON llm_usage
WHEN (EXISTS (SELECT 1 FROM llm_usage WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM llm_usage WHERE provider = NEW.provider AND response_id = NEW.response_id))
  AND EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  DELETE FROM llm_replaced;
  INSERT INTO llm_replaced
  SELECT id, unix_time, provider, model, task_type, tenant_id, user_id, api_key_id, session_id, tags, input_tokens,
    output_tokens, total_tokens, cost_nano, 0
  FROM llm_usage WHERE id = NEW.id OR provider = NEW.provider AND response_id = NEW.response_id;
END;
CREATE TRIGGER llm_quota_before_update BEFORE UPDATE OF id, provider, response_id ON llm_usage
WHEN (NEW.id <> OLD.id AND EXISTS (SELECT 1 FROM llm_usage WHERE id = NEW.id)
    OR EXISTS (SELECT 1 FROM llm_usage
      WHERE provider = NEW.provider AND response_id = NEW.response_id AND id <> OLD.id))
  AND EXISTS (SELECT 1 FROM llm_quota)
BEGIN
  DELETE FROM llm_replaced;
  INSERT INTO llm_replaced
  SELECT id, unix_time, provider, model, task_type, tenant_id, user_id, api_key_id, session_id, tags, input_tokens,
    output_tokens, total_tokens, cost_nano, 0
  FROM llm_usage
  WHERE id <> OLD.id AND (id = NEW.id OR provider = NEW.provider AND response_id = NEW.response_id);
END;
CREATE VIEW llm_rollup_plan(dim, level) AS VALUES
  ('all', 3600), ('all', 86400), ('all', 0), ('model', 3600), ('model', 86400), ('model', 0),
  ('task_type', 3600), ('task_type', 86400), ('task_type', 0),
  ('tenant_id', 3600), ('tenant_id', 86400), ('tenant_id', 0), ('unpriced', 0), ('tuple', 86400);
CREATE VIEW llm_rollup_row(kind, timestamp, tenant_id, provider, model, task_type, new_input, new_output, new_total, new_cache_read, new_cost,
  new_ms, old_input, old_output, old_total, old_cache_read, old_cost, old_ms) AS
SELECT 1, timestamp, tenant_id, provider, model, task_type, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms FROM llm_usage WHERE false;
CREATE TRIGGER llm_rollup_row_counted INSTEAD OF INSERT ON llm_rollup_row
BEGIN
  INSERT INTO llm_rollup(dim, level, bucket, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT dim, level, CASE level WHEN 3600 THEN ((at + 62167219200) / 3600 * 3600 - 62167219200) WHEN 86400 THEN ((at + 62167219200) / 86400 * 86400 - 62167219200) ELSE 0 END,
    CASE WHEN dim IN ('tenant_id', 'tuple') THEN coalesce(NEW.tenant_id, x'') ELSE '' END,
    CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN coalesce(NEW.provider, x'') ELSE '' END,
    CASE WHEN dim IN ('model', 'unpriced', 'tuple') THEN coalesce(NEW.model, x'') ELSE '' END,
    CASE WHEN dim IN ('task_type', 'tuple') THEN coalesce(NEW.task_type, x'') ELSE '' END,
    NEW.kind, coalesce(NEW.new_input, 0) - coalesce(NEW.old_input, 0), (NEW.new_input IS NOT NULL) - (NEW.old_input IS NOT NULL), coalesce(NEW.new_output, 0) - coalesce(NEW.old_output, 0), (NEW.new_output IS NOT NULL) - (NEW.old_output IS NOT NULL), coalesce(NEW.new_total, 0) - coalesce(NEW.old_total, 0), (NEW.new_total IS NOT NULL) - (NEW.old_total IS NOT NULL), coalesce(NEW.new_cache_read, 0) - coalesce(NEW.old_cache_read, 0), (NEW.new_cache_read IS NOT NULL) - (NEW.old_cache_read IS NOT NULL),
    coalesce(NEW.new_cost, 0) - coalesce(NEW.old_cost, 0), (NEW.new_cost IS NOT NULL) - (NEW.old_cost IS NOT NULL),
    CASE WHEN NEW.new_cost IS NULL THEN 0 ELSE coalesce(NEW.new_total, 0) END
      - CASE WHEN NEW.old_cost IS NULL THEN 0 ELSE coalesce(NEW.old_total, 0) END,
    coalesce(NEW.new_ms, 0) - coalesce(NEW.old_ms, 0), (NEW.new_ms IS NOT NULL) - (NEW.old_ms IS NOT NULL), CASE NEW.kind WHEN 1 THEN at END, CASE NEW.kind WHEN 1 THEN at END
  FROM llm_rollup_plan CROSS JOIN (SELECT CASE WHEN NEW.timestamp <> '' AND NEW.timestamp NOT GLOB '*[^0-9]*' THEN CAST(NEW.timestamp AS INTEGER)
ELSE CAST(strftime('%s', NEW.timestamp) AS INTEGER) END AS at)
  WHERE dim <> 'unpriced' OR coalesce(NEW.new_cost, NEW.old_cost) IS NULL
  ON CONFLICT(dim, level, bucket, tenant_id, provider, model, task_type) DO UPDATE SET requests = requests + excluded.requests,
input_tokens = input_tokens + excluded.input_tokens, input_known = input_known + excluded.input_known,
output_tokens = output_tokens + excluded.output_tokens, output_known = output_known + excluded.output_known,
total_tokens = total_tokens + excluded.total_tokens, total_known = total_known + excluded.total_known,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
cache_read_known = cache_read_known + excluded.cache_read_known,
cost_nano = cost_nano + excluded.cost_nano, cost_known = cost_known + excluded.cost_known,
priced_tokens = priced_tokens + excluded.priced_tokens,
response_ms = response_ms + excluded.response_ms, response_known = response_known + excluded.response_known,
    first_at = CASE NEW.kind WHEN 1 THEN min(first_at, excluded.first_at) WHEN 0 THEN first_at
      ELSE CASE WHEN first_at < CASE WHEN NEW.timestamp <> '' AND NEW.timestamp NOT GLOB '*[^0-9]*' THEN CAST(NEW.timestamp AS INTEGER)
ELSE CAST(strftime('%s', NEW.timestamp) AS INTEGER) END THEN first_at END END,
    last_at = CASE NEW.kind WHEN 1 THEN max(last_at, excluded.last_at) WHEN 0 THEN last_at
      ELSE CASE WHEN last_at > CASE WHEN NEW.timestamp <> '' AND NEW.timestamp NOT GLOB '*[^0-9]*' THEN CAST(NEW.timestamp AS INTEGER)
ELSE CAST(strftime('%s', NEW.timestamp) AS INTEGER) END THEN last_at END END;
  INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
  SELECT dim, ((CASE WHEN NEW.timestamp <> '' AND NEW.timestamp NOT GLOB '*[^0-9]*' THEN CAST(NEW.timestamp AS INTEGER)
ELSE CAST(strftime('%s', NEW.timestamp) AS INTEGER) END + 62167219200) / 86400 * 86400 - 62167219200), CASE dim WHEN 'all' THEN '' ELSE coalesce(NEW.provider, x'') END,
    CASE dim WHEN 'all' THEN '' ELSE coalesce(NEW.model, x'') END, CASE WHEN ms < 128 THEN ms WHEN ms < 256 THEN 64 + (ms >> 1) WHEN ms < 512 THEN 128 + (ms >> 2)
WHEN ms < 1024 THEN 192 + (ms >> 3) WHEN ms < 2048 THEN 256 + (ms >> 4) WHEN ms < 4096 THEN 320 + (ms >> 5)
WHEN ms < 8192 THEN 384 + (ms >> 6) WHEN ms < 16384 THEN 448 + (ms >> 7) WHEN ms < 32768 THEN 512 + (ms >> 8)
WHEN ms < 65536 THEN 576 + (ms >> 9) WHEN ms < 131072 THEN 640 + (ms >> 10)
WHEN ms < 262144 THEN 704 + (ms >> 11) WHEN ms < 524288 THEN 768 + (ms >> 12)
WHEN ms < 1048576 THEN 832 + (ms >> 13) WHEN ms < 2097152 THEN 896 + (ms >> 14)
WHEN ms < 4194304 THEN 960 + (ms >> 15) WHEN ms < 8388608 THEN 1024 + (ms >> 16)
WHEN ms < 16777216 THEN 1088 + (ms >> 17) WHEN ms < 33554432 THEN 1152 + (ms >> 18)
WHEN ms < 67108864 THEN 1216 + (ms >> 19) WHEN ms < 134217728 THEN 1280 + (ms >> 20)
WHEN ms < 268435456 THEN 1344 + (ms >> 21) WHEN ms < 536870912 THEN 1408 + (ms >> 22)
WHEN ms < 1073741824 THEN 1472 + (ms >> 23) WHEN ms < 2147483648 THEN 1536 + (ms >> 24) ELSE 1664 END, n
  FROM (SELECT 'all' AS dim UNION ALL SELECT 'model')
    CROSS JOIN (SELECT NEW.new_ms AS ms, 1 AS n UNION ALL SELECT NEW.old_ms, -1)
  WHERE ms IS NOT NULL AND NEW.new_ms IS NOT NEW.old_ms
  ON CONFLICT(dim, bucket, provider, model, bin) DO UPDATE SET requests = requests + excluded.requests;
END;
CREATE VIEW llm_rollup_moved(old_id, old_timestamp, old_tenant_id, old_provider, old_model, old_task_type,
  old_input, old_output, old_total, old_cache_read, old_cost, old_ms, id, timestamp, tenant_id, provider, model, task_type,
  input, output, total, cache_read, cost, ms) AS
SELECT id, timestamp, tenant_id, provider, model, task_type, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms, id, timestamp, tenant_id, provider, model, task_type, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms FROM llm_usage WHERE false;
CREATE TRIGGER llm_rollup_move INSTEAD OF INSERT ON llm_rollup_moved
BEGIN
  INSERT INTO llm_rollup_row
  SELECT 0, NEW.timestamp, NEW.tenant_id, NEW.provider, NEW.model, NEW.task_type, NEW.input, NEW.output, NEW.total, NEW.cache_read, NEW.cost, NEW.ms,
    NEW.old_input, NEW.old_output, NEW.old_total, NEW.old_cache_read, NEW.old_cost, NEW.old_ms
  WHERE (NEW.id = NEW.old_id AND NEW.timestamp = NEW.old_timestamp AND NEW.tenant_id IS NEW.old_tenant_id
AND NEW.provider IS NEW.old_provider AND NEW.model IS NEW.old_model AND NEW.task_type IS NEW.old_task_type
AND (NEW.cost IS NULL) = (NEW.old_cost IS NULL));
  INSERT INTO llm_rollup_row
  SELECT -1, NEW.old_timestamp, NEW.old_tenant_id, NEW.old_provider, NEW.old_model, NEW.old_task_type, NULL, NULL, NULL, NULL, NULL, NULL,
    NEW.old_input, NEW.old_output, NEW.old_total, NEW.old_cache_read, NEW.old_cost, NEW.old_ms
  WHERE NOT (NEW.id = NEW.old_id AND NEW.timestamp = NEW.old_timestamp AND NEW.tenant_id IS NEW.old_tenant_id
AND NEW.provider IS NEW.old_provider AND NEW.model IS NEW.old_model AND NEW.task_type IS NEW.old_task_type
AND (NEW.cost IS NULL) = (NEW.old_cost IS NULL)) AND NEW.old_id <= (SELECT watermark FROM llm_rollup_state);
  INSERT INTO llm_rollup_row
  SELECT 1, NEW.timestamp, NEW.tenant_id, NEW.provider, NEW.model, NEW.task_type, NEW.input, NEW.output, NEW.total, NEW.cache_read, NEW.cost, NEW.ms,
    NULL, NULL, NULL, NULL, NULL, NULL
  WHERE NOT (NEW.id = NEW.old_id AND NEW.timestamp = NEW.old_timestamp AND NEW.tenant_id IS NEW.old_tenant_id
AND NEW.provider IS NEW.old_provider AND NEW.model IS NEW.old_model AND NEW.task_type IS NEW.old_task_type
AND (NEW.cost IS NULL) = (NEW.old_cost IS NULL)) AND NEW.id <= (SELECT watermark FROM llm_rollup_state);
END;
CREATE VIEW llm_rollup_in_the_way(id, own_id, provider, response_id) AS
SELECT id, id, provider, response_id FROM llm_usage WHERE false;
CREATE TRIGGER llm_rollup_aside INSTEAD OF INSERT ON llm_rollup_in_the_way
BEGIN
  DELETE FROM llm_rollup_replaced;
  INSERT INTO llm_rollup_replaced SELECT id, timestamp, tenant_id, provider, model, task_type, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms FROM llm_usage
  WHERE (id = NEW.id OR provider = NEW.provider AND response_id = NEW.response_id)
    AND id IS NOT NEW.own_id AND id <= (SELECT watermark FROM llm_rollup_state);
END;
CREATE VIEW llm_rollup_arrived(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER llm_rollup_taken INSTEAD OF INSERT ON llm_rollup_arrived
BEGIN
  INSERT INTO llm_rollup_row
  SELECT -1, timestamp, tenant_id, provider, model, task_type, NULL, NULL, NULL, NULL, NULL, NULL, input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms FROM llm_rollup_replaced AS r
  WHERE id = NEW.id OR NOT EXISTS (SELECT 1 FROM llm_usage AS u WHERE u.id = r.id);
  DELETE FROM llm_rollup_replaced;
END;
CREATE TRIGGER llm_rollup_insert AFTER INSERT ON llm_usage
WHEN (SELECT NEW.id - watermark NOT BETWEEN 1 AND batch FROM llm_rollup_state)
  OR NEW.response_id IS NOT NULL AND EXISTS (SELECT 1 FROM llm_rollup_replaced)
BEGIN
  INSERT INTO llm_rollup_arrived VALUES (NEW.id);
  INSERT INTO llm_rollup_row
  SELECT 1, NEW.timestamp, NEW.tenant_id, NEW.provider, NEW.model, NEW.task_type, NEW.input_tokens, NEW.output_tokens, NEW.total_tokens, NEW.cache_read_tokens, NEW.cost_nano, NEW.response_time_ms, NULL, NULL, NULL, NULL, NULL, NULL
  WHERE NEW.id <= (SELECT watermark FROM llm_rollup_state);
  UPDATE llm_rollup_state SET watermark = NEW.id - 1 WHERE NEW.id - watermark > batch;
END;
CREATE TRIGGER llm_rollup_update_replaced AFTER UPDATE OF id, provider, response_id ON llm_usage
WHEN EXISTS (SELECT 1 FROM llm_rollup_replaced)
BEGIN
  INSERT INTO llm_rollup_arrived VALUES (NEW.id);
END;
CREATE TRIGGER llm_rollup_update AFTER UPDATE OF id, timestamp, tenant_id, provider, model, task_type,
  input_tokens, output_tokens, total_tokens, cache_read_tokens, cost_nano, response_time_ms ON llm_usage
WHEN min(OLD.id, NEW.id) <= (SELECT watermark FROM llm_rollup_state)
BEGIN
  INSERT INTO llm_rollup_moved VALUES (OLD.id, OLD.timestamp, OLD.tenant_id, OLD.provider, OLD.model, OLD.task_type, OLD.input_tokens, OLD.output_tokens, OLD.total_tokens, OLD.cache_read_tokens, OLD.cost_nano, OLD.response_time_ms,
    NEW.id, NEW.timestamp, NEW.tenant_id, NEW.provider, NEW.model, NEW.task_type, NEW.input_tokens, NEW.output_tokens, NEW.total_tokens, NEW.cache_read_tokens, NEW.cost_nano, NEW.response_time_ms);
END;
CREATE TRIGGER llm_rollup_delete AFTER DELETE ON llm_usage
WHEN OLD.id <= (SELECT watermark FROM llm_rollup_state)
BEGIN
  INSERT INTO llm_rollup_row
  VALUES (-1, OLD.timestamp, OLD.tenant_id, OLD.provider, OLD.model, OLD.task_type, NULL, NULL, NULL, NULL, NULL, NULL, OLD.input_tokens, OLD.output_tokens, OLD.total_tokens, OLD.cache_read_tokens, OLD.cost_nano, OLD.response_time_ms);
  DELETE FROM llm_rollup_replaced WHERE id = OLD.id; -- with recursive_triggers a REPLACE comes here too
END
;
CREATE TRIGGER llm_rollup_fold AFTER UPDATE OF watermark ON llm_rollup_state
WHEN NEW.watermark > OLD.watermark
BEGIN
  DELETE FROM llm_rollup_new;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'tuple', ((unix_time + 62167219200) / 3600 * 3600 - 62167219200), coalesce(tenant_id, x''), coalesce(provider, x''), coalesce(model, x''), coalesce(task_type, x''),
    count(*), coalesce(sum(input_tokens), 0), count(input_tokens),
coalesce(sum(output_tokens), 0), count(output_tokens),
coalesce(sum(total_tokens), 0), count(total_tokens),
coalesce(sum(cache_read_tokens), 0), count(cache_read_tokens),
coalesce(sum(cost_nano), 0), count(cost_nano),
coalesce(sum(CASE WHEN cost_nano IS NULL THEN 0 ELSE total_tokens END), 0),
coalesce(sum(response_time_ms), 0), count(response_time_ms), min(unix_time), max(unix_time)
  FROM llm_usage NOT INDEXED WHERE id > OLD.watermark AND id <= NEW.watermark
  GROUP BY 2, tenant_id, provider, model, task_type;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'model', hour, '', provider, model, '', sum(requests), sum(input_tokens), sum(input_known), sum(output_tokens), sum(output_known),
sum(total_tokens), sum(total_known), sum(cache_read_tokens), sum(cache_read_known), sum(cost_nano),
sum(cost_known), sum(priced_tokens), sum(response_ms), sum(response_known), min(first_at), max(last_at)
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, provider, model;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'task_type', hour, '', '', '', task_type, sum(requests), sum(input_tokens), sum(input_known), sum(output_tokens), sum(output_known),
sum(total_tokens), sum(total_known), sum(cache_read_tokens), sum(cache_read_known), sum(cost_nano),
sum(cost_known), sum(priced_tokens), sum(response_ms), sum(response_known), min(first_at), max(last_at)
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, task_type;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'tenant_id', hour, tenant_id, '', '', '', sum(requests), sum(input_tokens), sum(input_known), sum(output_tokens), sum(output_known),
sum(total_tokens), sum(total_known), sum(cache_read_tokens), sum(cache_read_known), sum(cost_nano),
sum(cost_known), sum(priced_tokens), sum(response_ms), sum(response_known), min(first_at), max(last_at)
  FROM llm_rollup_new WHERE dim = 'tuple' GROUP BY hour, tenant_id;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'all', hour, '', '', '', '', sum(requests), sum(input_tokens), sum(input_known), sum(output_tokens), sum(output_known),
sum(total_tokens), sum(total_known), sum(cache_read_tokens), sum(cache_read_known), sum(cost_nano),
sum(cost_known), sum(priced_tokens), sum(response_ms), sum(response_known), min(first_at), max(last_at)
  FROM llm_rollup_new WHERE dim = 'task_type' GROUP BY hour;
  INSERT INTO llm_rollup_new(dim, hour, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT 'unpriced', 0, '', coalesce(provider, x''), coalesce(model, x''), '', count(*), coalesce(sum(input_tokens), 0), count(input_tokens),
coalesce(sum(output_tokens), 0), count(output_tokens),
coalesce(sum(total_tokens), 0), count(total_tokens),
coalesce(sum(cache_read_tokens), 0), count(cache_read_tokens),
coalesce(sum(cost_nano), 0), count(cost_nano),
coalesce(sum(CASE WHEN cost_nano IS NULL THEN 0 ELSE total_tokens END), 0),
coalesce(sum(response_time_ms), 0), count(response_time_ms), min(unix_time), max(unix_time)
  FROM llm_usage NOT INDEXED WHERE id > OLD.watermark AND id <= NEW.watermark AND cost_nano IS NULL
  GROUP BY provider, model;
  INSERT INTO llm_rollup(dim, level, bucket, tenant_id, provider, model, task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at)
  SELECT n.dim, p.level, CASE p.level WHEN 3600 THEN hour WHEN 86400 THEN ((hour + 62167219200) / 86400 * 86400 - 62167219200) ELSE 0 END,
    tenant_id, provider, model, task_type, n.requests, n.input_tokens, n.input_known, n.output_tokens, n.output_known, n.total_tokens, n.total_known,
n.cache_read_tokens, n.cache_read_known, n.cost_nano, n.cost_known, n.priced_tokens,
n.response_ms, n.response_known, n.first_at, n.last_at
  FROM llm_rollup_new AS n JOIN llm_rollup_plan AS p ON p.dim = n.dim WHERE true
  ON CONFLICT(dim, level, bucket, tenant_id, provider, model, task_type) DO UPDATE SET requests = requests + excluded.requests,
input_tokens = input_tokens + excluded.input_tokens, input_known = input_known + excluded.input_known,
output_tokens = output_tokens + excluded.output_tokens, output_known = output_known + excluded.output_known,
total_tokens = total_tokens + excluded.total_tokens, total_known = total_known + excluded.total_known,
cache_read_tokens = cache_read_tokens + excluded.cache_read_tokens,
cache_read_known = cache_read_known + excluded.cache_read_known,
cost_nano = cost_nano + excluded.cost_nano, cost_known = cost_known + excluded.cost_known,
priced_tokens = priced_tokens + excluded.priced_tokens,
response_ms = response_ms + excluded.response_ms, response_known = response_known + excluded.response_known,
first_at = CASE requests WHEN 0 THEN excluded.first_at ELSE min(first_at, excluded.first_at) END,
last_at = CASE requests WHEN 0 THEN excluded.last_at ELSE max(last_at, excluded.last_at) END;
  INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
  SELECT 'model', ((unix_time + 62167219200) / 86400 * 86400 - 62167219200), coalesce(provider, x''), coalesce(model, x''), CASE WHEN response_time_ms < 128 THEN response_time_ms WHEN response_time_ms < 256 THEN 64 + (response_time_ms >> 1) WHEN response_time_ms < 512 THEN 128 + (response_time_ms >> 2)
WHEN response_time_ms < 1024 THEN 192 + (response_time_ms >> 3) WHEN response_time_ms < 2048 THEN 256 + (response_time_ms >> 4) WHEN response_time_ms < 4096 THEN 320 + (response_time_ms >> 5)
WHEN response_time_ms < 8192 THEN 384 + (response_time_ms >> 6) WHEN response_time_ms < 16384 THEN 448 + (response_time_ms >> 7) WHEN response_time_ms < 32768 THEN 512 + (response_time_ms >> 8)
WHEN response_time_ms < 65536 THEN 576 + (response_time_ms >> 9) WHEN response_time_ms < 131072 THEN 640 + (response_time_ms >> 10)
WHEN response_time_ms < 262144 THEN 704 + (response_time_ms >> 11) WHEN response_time_ms < 524288 THEN 768 + (response_time_ms >> 12)
WHEN response_time_ms < 1048576 THEN 832 + (response_time_ms >> 13) WHEN response_time_ms < 2097152 THEN 896 + (response_time_ms >> 14)
WHEN response_time_ms < 4194304 THEN 960 + (response_time_ms >> 15) WHEN response_time_ms < 8388608 THEN 1024 + (response_time_ms >> 16)
WHEN response_time_ms < 16777216 THEN 1088 + (response_time_ms >> 17) WHEN response_time_ms < 33554432 THEN 1152 + (response_time_ms >> 18)
WHEN response_time_ms < 67108864 THEN 1216 + (response_time_ms >> 19) WHEN response_time_ms < 134217728 THEN 1280 + (response_time_ms >> 20)
WHEN response_time_ms < 268435456 THEN 1344 + (response_time_ms >> 21) WHEN response_time_ms < 536870912 THEN 1408 + (response_time_ms >> 22)
WHEN response_time_ms < 1073741824 THEN 1472 + (response_time_ms >> 23) WHEN response_time_ms < 2147483648 THEN 1536 + (response_time_ms >> 24) ELSE 1664 END, count(*)
  FROM llm_usage NOT INDEXED
  WHERE id > OLD.watermark AND id <= NEW.watermark AND response_time_ms IS NOT NULL
  GROUP BY 2, 3, 4, 5
  ON CONFLICT(dim, bucket, provider, model, bin) DO UPDATE SET requests = requests + excluded.requests;
  INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
  SELECT 'all', ((unix_time + 62167219200) / 86400 * 86400 - 62167219200), '', '', CASE WHEN response_time_ms < 128 THEN response_time_ms WHEN response_time_ms < 256 THEN 64 + (response_time_ms >> 1) WHEN response_time_ms < 512 THEN 128 + (response_time_ms >> 2)
WHEN response_time_ms < 1024 THEN 192 + (response_time_ms >> 3) WHEN response_time_ms < 2048 THEN 256 + (response_time_ms >> 4) WHEN response_time_ms < 4096 THEN 320 + (response_time_ms >> 5)
WHEN response_time_ms < 8192 THEN 384 + (response_time_ms >> 6) WHEN response_time_ms < 16384 THEN 448 + (response_time_ms >> 7) WHEN response_time_ms < 32768 THEN 512 + (response_time_ms >> 8)
WHEN response_time_ms < 65536 THEN 576 + (response_time_ms >> 9) WHEN response_time_ms < 131072 THEN 640 + (response_time_ms >> 10)
WHEN response_time_ms < 262144 THEN 704 + (response_time_ms >> 11) WHEN response_time_ms < 524288 THEN 768 + (response_time_ms >> 12)
WHEN response_time_ms < 1048576 THEN 832 + (response_time_ms >> 13) WHEN response_time_ms < 2097152 THEN 896 + (response_time_ms >> 14)
WHEN response_time_ms < 4194304 THEN 960 + (response_time_ms >> 15) WHEN response_time_ms < 8388608 THEN 1024 + (response_time_ms >> 16)
WHEN response_time_ms < 16777216 THEN 1088 + (response_time_ms >> 17) WHEN response_time_ms < 33554432 THEN 1152 + (response_time_ms >> 18)
WHEN response_time_ms < 67108864 THEN 1216 + (response_time_ms >> 19) WHEN response_time_ms < 134217728 THEN 1280 + (response_time_ms >> 20)
WHEN response_time_ms < 268435456 THEN 1344 + (response_time_ms >> 21) WHEN response_time_ms < 536870912 THEN 1408 + (response_time_ms >> 22)
WHEN response_time_ms < 1073741824 THEN 1472 + (response_time_ms >> 23) WHEN response_time_ms < 2147483648 THEN 1536 + (response_time_ms >> 24) ELSE 1664 END, count(*)
  FROM llm_usage NOT INDEXED
  WHERE id > OLD.watermark AND id <= NEW.watermark AND response_time_ms IS NOT NULL
  GROUP BY 2, 5
  ON CONFLICT(dim, bucket, provider, model, bin) DO UPDATE SET requests = requests + excluded.requests;
  DELETE FROM llm_rollup_new;
END;
CREATE VIEW llm_rollup_step(watermark) AS SELECT watermark FROM llm_rollup_state;
CREATE TRIGGER llm_rollup_take_step INSTEAD OF INSERT ON llm_rollup_step
BEGIN
  UPDATE llm_rollup_state SET watermark = NEW.watermark;
END;
CREATE VIEW llm_usage_given(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER llm_usage_complete INSTEAD OF INSERT ON llm_usage_given
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens
  WHERE id = NEW.id AND total_tokens IS NULL AND input_tokens + output_tokens IS NOT NULL;
  UPDATE llm_usage SET timestamp = strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch')
  WHERE id = NEW.id AND timestamp NOT GLOB '*[^0-9]*';
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9
  WHERE id = NEW.id AND cost_nano IS NOT NULL AND cost_usd IS NOT cost_nano / 1e9;
  UPDATE llm_usage SET cost_nano = (SELECT n + CASE
    WHEN fh - 0.5 > -fl THEN 1
    WHEN fh + 0.5 < -fl THEN -1
    WHEN fh - 0.5 = -fl AND n % 2 <> 0 THEN 1
    WHEN fh + 0.5 = -fl AND n % 2 <> 0 THEN -1
    ELSE 0 END
  FROM (SELECT CAST(round(h) AS INTEGER) + CAST(round(l) AS INTEGER) AS n,
               h - round(h) AS fh, l - round(l) AS fl
    FROM (SELECT s * 1e9 AS h, (x - s) * 1e9 AS l
      FROM (SELECT x, c - (c - x) AS s
        FROM (SELECT x, x * 134217729.0 AS c FROM (SELECT cost_usd AS x))))))
  WHERE id = NEW.id AND cost_nano IS NULL AND cost_usd IS NOT NULL;
END;
CREATE TRIGGER llm_usage_fill AFTER INSERT ON llm_usage
WHEN NEW.cost_nano IS NOT NULL OR NEW.cost_usd IS NOT NULL OR NEW.timestamp NOT GLOB '*[^0-9]*'
  OR (NEW.total_tokens IS NULL AND NEW.input_tokens + NEW.output_tokens IS NOT NULL
    AND (SELECT total_tokens FROM llm_usage WHERE id = NEW.id) IS NULL) -- what prices the row may have done it
BEGIN
  INSERT INTO llm_usage_given VALUES (NEW.id);
END
;
CREATE VIEW llm_usage_nano_set(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER llm_usage_usd_follows INSTEAD OF INSERT ON llm_usage_nano_set
BEGIN
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9 WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;
CREATE TRIGGER llm_usage_cost_nano AFTER UPDATE OF cost_nano ON llm_usage
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9 AND NEW.cost_nano IS NOT OLD.cost_nano
BEGIN
  INSERT INTO llm_usage_nano_set VALUES (NEW.id);
END;
CREATE VIEW llm_usage_usd_set(id) AS SELECT id FROM llm_usage WHERE false;
CREATE TRIGGER llm_usage_nano_follows INSTEAD OF INSERT ON llm_usage_usd_set
BEGIN
  UPDATE llm_usage SET cost_nano = (SELECT n + CASE
    WHEN fh - 0.5 > -fl THEN 1
    WHEN fh + 0.5 < -fl THEN -1
    WHEN fh - 0.5 = -fl AND n % 2 <> 0 THEN 1
    WHEN fh + 0.5 = -fl AND n % 2 <> 0 THEN -1
    ELSE 0 END
  FROM (SELECT CAST(round(h) AS INTEGER) + CAST(round(l) AS INTEGER) AS n,
               h - round(h) AS fh, l - round(l) AS fl
    FROM (SELECT s * 1e9 AS h, (x - s) * 1e9 AS l
      FROM (SELECT x, c - (c - x) AS s
        FROM (SELECT x, x * 134217729.0 AS c FROM (SELECT cost_usd AS x)))))) WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;
CREATE TRIGGER llm_usage_cost_usd AFTER UPDATE OF cost_usd ON llm_usage
WHEN NEW.cost_usd IS NOT NEW.cost_nano / 1e9 AND NEW.cost_usd IS NOT OLD.cost_usd AND NEW.cost_nano IS OLD.cost_nano
BEGIN
  INSERT INTO llm_usage_usd_set VALUES (NEW.id);
END;
CREATE TRIGGER llm_usage_total AFTER UPDATE OF input_tokens, output_tokens ON llm_usage
WHEN NEW.total_tokens IS OLD.total_tokens
  AND OLD.total_tokens IS OLD.input_tokens + OLD.output_tokens
  AND NEW.total_tokens IS NOT NEW.input_tokens + NEW.output_tokens
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_stale_cost AFTER UPDATE OF provider, model, service_tier, input_tokens,
  output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens ON llm_usage
WHEN NEW.cost_nano IS OLD.cost_nano AND NEW.cost_usd IS OLD.cost_usd
  AND (NEW.provider IS NOT OLD.provider OR NEW.model IS NOT OLD.model
    OR NEW.service_tier IS NOT OLD.service_tier
    OR NEW.input_tokens IS NOT OLD.input_tokens OR NEW.output_tokens IS NOT OLD.output_tokens
    OR NEW.cache_read_tokens IS NOT OLD.cache_read_tokens
    OR NEW.cache_write_tokens IS NOT OLD.cache_write_tokens
    OR NEW.cache_write_1h_tokens IS NOT OLD.cache_write_1h_tokens)
BEGIN
  UPDATE llm_usage SET cost_nano = NULL WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_repeated BEFORE INSERT ON llm_usage
WHEN NEW.response_id IS NOT NULL OR EXISTS (SELECT 1 FROM llm_usage WHERE id = NEW.id)
BEGIN
  SELECT RAISE(IGNORE) WHERE NEW.provider IS NULL AND NEW.response_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM llm_usage WHERE provider IS NULL AND response_id = NEW.response_id);
  INSERT INTO llm_rollup_in_the_way VALUES (NEW.id, NULL, NEW.provider, NEW.response_id);
END;
CREATE TRIGGER llm_usage_before_update BEFORE UPDATE OF id, provider, response_id ON llm_usage
WHEN NEW.id <> OLD.id OR NEW.provider IS NOT OLD.provider OR NEW.response_id IS NOT OLD.response_id
BEGIN
  INSERT INTO llm_rollup_in_the_way VALUES (NEW.id, OLD.id, NEW.provider, NEW.response_id);
END;
CREATE VIEW llm_by_model AS
SELECT k AS model, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE model IS k ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE model IS k ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT nullif(model, x'') AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'model' AND level = 0 AND requests > 0
    UNION ALL
    SELECT model, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_provider AS
SELECT k AS provider, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE provider IS k ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE provider IS k ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT nullif(provider, x'') AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'model' AND level = 0 AND requests > 0
    UNION ALL
    SELECT provider, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_task AS
SELECT k AS task_type, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE task_type IS k ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE task_type IS k ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT nullif(task_type, x'') AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'task_type' AND level = 0 AND requests > 0
    UNION ALL
    SELECT task_type, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_tenant AS
SELECT k AS tenant_id, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE tenant_id IS k ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE tenant_id IS k ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT nullif(tenant_id, x'') AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'tenant_id' AND level = 0 AND requests > 0
    UNION ALL
    SELECT tenant_id, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_day AS
SELECT strftime('%Y-%m-%d', k, 'unixepoch') AS day, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE unix_time >= k AND unix_time < k + 86400 ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE unix_time >= k AND unix_time < k + 86400 ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT bucket AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'all' AND level = 86400 AND requests > 0
    UNION ALL
    SELECT ((unix_time + 62167219200) / 86400 * 86400 - 62167219200), requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_hour AS
SELECT strftime('%Y-%m-%dT%H:00:00Z', k, 'unixepoch') AS hour, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / sum(cost_nano) OVER () AS share, -- of all cost
requests - cost_known AS unpriced, -- requests without a price
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
-- the roll-up does not know the first and last of a group that lost them
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at,
  (SELECT unix_time FROM llm_usage WHERE unix_time >= k AND unix_time < k + 3600 ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at,
  (SELECT unix_time FROM llm_usage WHERE unix_time >= k AND unix_time < k + 3600 ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT k, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT bucket AS k, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'all' AND level = 3600 AND requests > 0
    UNION ALL
    SELECT ((unix_time + 62167219200) / 3600 * 3600 - 62167219200), requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail)
  GROUP BY k)
;
CREATE VIEW llm_by_session AS
SELECT session_id, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / (SELECT cost_nano FROM llm_stats) AS share, -- of all cost
requests - cost_known AS unpriced,
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
strftime('%Y-%m-%dT%H:%M:%SZ', first_at, 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', last_at, 'unixepoch') AS last_at
FROM (
  SELECT session_id, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (SELECT session_id, 1 AS requests, coalesce(input_tokens, 0) AS input_tokens, input_tokens IS NOT NULL AS input_known,
coalesce(output_tokens, 0) AS output_tokens, output_tokens IS NOT NULL AS output_known,
coalesce(total_tokens, 0) AS total_tokens, total_tokens IS NOT NULL AS total_known,
coalesce(cache_read_tokens, 0) AS cache_read_tokens, cache_read_tokens IS NOT NULL AS cache_read_known,
coalesce(cost_nano, 0) AS cost_nano, cost_nano IS NOT NULL AS cost_known,
CASE WHEN cost_nano IS NULL THEN 0 ELSE coalesce(total_tokens, 0) END AS priced_tokens,
coalesce(response_time_ms, 0) AS response_ms, response_time_ms IS NOT NULL AS response_known,
unix_time AS first_at, unix_time AS last_at FROM llm_usage)
  GROUP BY session_id)
;
CREATE VIEW llm_metrics AS
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') AS timestamp,
  tenant_id,
  model,
  task_type AS request_type,
  input_tokens AS prompt_tokens,
  output_tokens AS completion_tokens,
  total_tokens,
  cost_nano / 1e9 AS total_cost_usd,
  cost_nano / 1e9 AS cost_per_request
FROM llm_usage;
CREATE VIEW llm_quota_truth(quota_id, key, start, used, held, requests, unpriced) AS
SELECT quota_id, key, start, sum(used), sum(held), sum(requests), sum(unpriced) FROM (
  SELECT q.id AS quota_id, CASE q.split_by
  WHEN '' THEN ''
  WHEN 'tenant_id' THEN coalesce(u.tenant_id, '')
  WHEN 'user_id' THEN coalesce(u.user_id, '')
  WHEN 'api_key_id' THEN coalesce(u.api_key_id, '')
  WHEN 'session_id' THEN coalesce(u.session_id, '')
  WHEN 'provider' THEN coalesce(lower(u.provider), '')
  WHEN 'model' THEN coalesce(lower(u.model), '')
  WHEN 'task_type' THEN coalesce(u.task_type, '')
  ELSE substr(iif(instr(q.split_by, 'tenant_id'), ',' || quote(u.tenant_id), '')
    || iif(instr(q.split_by, 'user_id'), ',' || quote(u.user_id), '')
    || iif(instr(q.split_by, 'api_key_id'), ',' || quote(u.api_key_id), '')
    || iif(instr(q.split_by, 'session_id'), ',' || quote(u.session_id), '')
    || iif(instr(q.split_by, 'provider'), ',' || quote(lower(u.provider)), '')
    || iif(instr(q.split_by, 'model'), ',' || quote(lower(u.model)), '')
    || iif(instr(q.split_by, 'task_type'), ',' || quote(u.task_type), ''), 2)
  END AS key, CASE q.kind
  WHEN 'fixed' THEN u.unix_time - ((u.unix_time - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', u.unix_time, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', u.unix_time, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'rolling' THEN u.unix_time - (u.unix_time % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > u.unix_time, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= u.unix_time ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END AS start, CASE q.metric
  WHEN 'requests' THEN 1
  WHEN 'input' THEN coalesce(u.input_tokens, 0)
  WHEN 'output' THEN coalesce(u.output_tokens, 0)
  WHEN 'total' THEN coalesce(u.total_tokens, coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0))
  ELSE coalesce(u.cost_nano,
    iif(q.unpriced = 'estimate', (coalesce(u.input_tokens, 0) + coalesce(u.output_tokens, 0)) * q.unpriced_nano, 0))
  END AS used,
    0 AS held, 1 AS requests, iif(q.metric = 'cost' AND u.cost_nano IS NULL, 1, 0) AS unpriced
  FROM llm_usage AS u CROSS JOIN llm_quota AS q ON q.route IN ('*', 'k:' || u.api_key_id, 'u:' || u.user_id, 's:' || u.session_id, 't:' || u.tenant_id,
  'a:' || u.task_type, 'm:' || lower(u.model), 'p:' || lower(u.provider))
AND u.unix_time >= q.since
AND char(31) || 't=' || coalesce(u.tenant_id, '') || char(31) || 'u=' || coalesce(u.user_id, '')
  || char(31) || 'k=' || coalesce(u.api_key_id, '') || char(31) || 's=' || coalesce(u.session_id, '')
  || char(31) || 'a=' || coalesce(u.task_type, '') || char(31) || 'm=' || coalesce(lower(u.model), '')
  || char(31) || 'p=' || coalesce(lower(u.provider), '') GLOB q.pattern
AND (q.tag = '*' OR instr(replace(u.tags, '": "', '":"'), q.tag_text) > 0)
  UNION ALL
  SELECT i.quota_id, i.key, i.start, 0, i.units, 0, 0
  FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id WHERE h.state = 'held')
GROUP BY quota_id, key, start;
CREATE VIEW llm_quota_audit(quota, key, start, what, stored, truth) AS
SELECT coalesce(q.name, 'quota ' || d.quota_id || ', which is gone'), d.key, d.start, d.what, sum(d.stored), sum(d.truth)
FROM (
  SELECT quota_id, key, start, 'used' AS what, used AS stored, 0 AS truth FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'held', held, 0 FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'requests', requests, 0 FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'unpriced', unpriced, 0 FROM llm_counter
  UNION ALL SELECT t.quota_id, t.key, t.start, w.what,
    0, CASE w.what WHEN 'used' THEN t.used WHEN 'held' THEN t.held WHEN 'requests' THEN t.requests ELSE t.unpriced END
  FROM llm_quota_truth AS t CROSS JOIN (SELECT 'used' AS what UNION ALL SELECT 'held' UNION ALL SELECT 'requests'
    UNION ALL SELECT 'unpriced') AS w) AS d
LEFT JOIN llm_quota AS q ON q.id = d.quota_id
WHERE q.id IS NULL OR q.active
GROUP BY d.quota_id, d.key, d.start, d.what HAVING sum(d.stored) <> sum(d.truth)
UNION ALL
SELECT q.name, g.key, NULL, 'grant ' || g.id, g.used, coalesce(sum(s.units), 0)
FROM llm_grant AS g JOIN llm_quota AS q ON q.id = g.quota_id LEFT JOIN llm_grant_use AS s ON s.grant_id = g.id
GROUP BY g.id HAVING g.used <> coalesce(sum(s.units), 0);
CREATE VIEW llm_rollup_tail(id, unix_time, tenant_id, provider, model, task_type, response_time_ms,
  requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at) AS
SELECT id, unix_time, tenant_id, provider, model, task_type, response_time_ms, 1, coalesce(input_tokens, 0), input_tokens IS NOT NULL,
coalesce(output_tokens, 0), output_tokens IS NOT NULL,
coalesce(total_tokens, 0), total_tokens IS NOT NULL,
coalesce(cache_read_tokens, 0), cache_read_tokens IS NOT NULL,
coalesce(cost_nano, 0), cost_nano IS NOT NULL,
CASE WHEN cost_nano IS NULL THEN 0 ELSE coalesce(total_tokens, 0) END,
coalesce(response_time_ms, 0), response_time_ms IS NOT NULL, CASE WHEN timestamp <> '' AND timestamp NOT GLOB '*[^0-9]*' THEN CAST(timestamp AS INTEGER)
ELSE CAST(strftime('%s', timestamp) AS INTEGER) END, CASE WHEN timestamp <> '' AND timestamp NOT GLOB '*[^0-9]*' THEN CAST(timestamp AS INTEGER)
ELSE CAST(strftime('%s', timestamp) AS INTEGER) END
FROM llm_usage NOT INDEXED WHERE id > (SELECT watermark FROM llm_rollup_state);
CREATE VIEW llm_stats AS
SELECT requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
CASE WHEN cost_known > 0 THEN cost_nano END / 1e9 AS cost_usd, -- of the requests that have a price
cost_nano / 1e9 / nullif(cost_known, 0) AS avg_cost_usd,
total_tokens * 1.0 / nullif(total_known, 0) AS avg_tokens,
response_ms * 1.0 / nullif(response_known, 0) AS avg_ms,
CASE WHEN output_known > 0 THEN output_tokens END * 1.0 / nullif(input_tokens, 0) AS output_input_ratio,
CASE WHEN cache_read_known > 0 THEN cache_read_tokens END * 1.0 / nullif(input_tokens, 0) AS cache_hit_ratio,
priced_tokens * 1e9 / nullif(cost_nano, 0) AS tokens_per_usd,
requests - cost_known AS unpriced,
(SELECT count(provider) FROM llm_by_provider) AS providers,
(SELECT count(model) FROM llm_by_model) AS models,
(SELECT count(*) FROM (
  SELECT tenant_id FROM llm_rollup WHERE dim = 'tenant_id' AND level = 0 AND requests > 0 AND tenant_id <> x''
  UNION SELECT tenant_id FROM llm_rollup_tail WHERE tenant_id IS NOT NULL)) AS tenants,
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
strftime('%Y-%m-%dT%H:%M:%SZ',
  coalesce(first_at, (SELECT min(unix_time) FROM llm_usage)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ',
  coalesce(last_at, (SELECT max(unix_time) FROM llm_usage)), 'unixepoch') AS last_at
FROM (
  SELECT coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup WHERE dim = 'all' AND level = 0
    UNION ALL
    SELECT requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail))
;
CREATE VIEW llm_unpriced AS
SELECT provider, model, requests,
CASE WHEN input_known > 0 THEN input_tokens END AS input_tokens,
CASE WHEN output_known > 0 THEN output_tokens END AS output_tokens,
CASE WHEN total_known > 0 THEN total_tokens END AS total_tokens,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(first_at, (SELECT unix_time FROM llm_usage AS u
  WHERE u.cost_nano IS NULL AND u.provider IS g.provider AND u.model IS g.model
  ORDER BY unix_time LIMIT 1)), 'unixepoch') AS first_at,
strftime('%Y-%m-%dT%H:%M:%SZ', coalesce(last_at, (SELECT unix_time FROM llm_usage AS u
  WHERE u.cost_nano IS NULL AND u.provider IS g.provider AND u.model IS g.model
  ORDER BY unix_time DESC LIMIT 1)), 'unixepoch') AS last_at
FROM (
  SELECT provider, model, coalesce(sum(requests), 0) AS requests,
sum(input_tokens) AS input_tokens, sum(input_known) AS input_known,
sum(output_tokens) AS output_tokens, sum(output_known) AS output_known,
sum(total_tokens) AS total_tokens, sum(total_known) AS total_known,
sum(cache_read_tokens) AS cache_read_tokens, sum(cache_read_known) AS cache_read_known,
sum(cost_nano) AS cost_nano, coalesce(sum(cost_known), 0) AS cost_known, sum(priced_tokens) AS priced_tokens,
sum(response_ms) AS response_ms, sum(response_known) AS response_known,
CASE WHEN count(first_at) = count(*) THEN min(first_at) END AS first_at,
CASE WHEN count(last_at) = count(*) THEN max(last_at) END AS last_at FROM (
    SELECT nullif(provider, x'') AS provider, nullif(model, x'') AS model, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at
    FROM llm_rollup WHERE dim = 'unpriced' AND level = 0 AND requests > 0
    UNION ALL
    SELECT provider, model, requests, input_tokens, input_known, output_tokens, output_known, total_tokens, total_known,
cache_read_tokens, cache_read_known, cost_nano, cost_known, priced_tokens,
response_ms, response_known, first_at, last_at FROM llm_rollup_tail WHERE cost_known = 0)
  GROUP BY provider, model) AS g;
COMMIT;
