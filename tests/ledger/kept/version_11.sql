-- A ledger of schema version 11 with a quota and three rows, as tok_init() of that version made it and .dump wrote it; without its
-- triggers and views, which tok_init() makes anew. It had no 0010_counts.sql yet.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE llm_meta(
  key   TEXT PRIMARY KEY,  -- 'schema_version': number of the last schema/NNNN file; 'definitions': checksum
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO llm_meta VALUES('definitions','2580295308');
INSERT INTO llm_meta VALUES('schema_version','11');
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
INSERT INTO llm_usage VALUES(1,'2026-01-01T10:00:00Z','openai','gpt-4o',NULL,100,10,110,0.00034999999999999999644,100,'2026-11-22T11:35:53Z',NULL,NULL,'acme',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,350000,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO llm_usage VALUES(2,'2026-01-02T10:00:00Z','openai','gpt-4o',NULL,200,20,220,0.00069999999999999999288,381,'2026-11-22T11:35:53Z',NULL,NULL,'acme',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,700000,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO llm_usage VALUES(3,'2026-01-02T11:00:00Z','anthropic','claude-sonnet-4',NULL,300,30,330,0.0013500000000000000714,NULL,'2026-11-22T11:35:53Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1350000,NULL,NULL,NULL,NULL,NULL,NULL);
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
, quotas INTEGER NOT NULL DEFAULT 0, aside INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO llm_rollup_state VALUES(1,2,8192,1,0);
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
INSERT INTO llm_rollup VALUES('all',0,0,'','','','',2,300,2,30,2,330,2,0,0,1050000,2,330,481,2,1767261600,1767348000);
INSERT INTO llm_rollup VALUES('all',3600,1767261600,'','','','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('all',3600,1767348000,'','','','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('all',86400,1767225600,'','','','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('all',86400,1767312000,'','','','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('model',0,0,'','openai','gpt-4o','',2,300,2,30,2,330,2,0,0,1050000,2,330,481,2,1767261600,1767348000);
INSERT INTO llm_rollup VALUES('model',3600,1767261600,'','openai','gpt-4o','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('model',3600,1767348000,'','openai','gpt-4o','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('model',86400,1767225600,'','openai','gpt-4o','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('model',86400,1767312000,'','openai','gpt-4o','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('task_type',0,0,'','','',X'',2,300,2,30,2,330,2,0,0,1050000,2,330,481,2,1767261600,1767348000);
INSERT INTO llm_rollup VALUES('task_type',3600,1767261600,'','','',X'',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('task_type',3600,1767348000,'','','',X'',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('task_type',86400,1767225600,'','','',X'',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('task_type',86400,1767312000,'','','',X'',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('tenant_id',0,0,'acme','','','',2,300,2,30,2,330,2,0,0,1050000,2,330,481,2,1767261600,1767348000);
INSERT INTO llm_rollup VALUES('tenant_id',3600,1767261600,'acme','','','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('tenant_id',3600,1767348000,'acme','','','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('tenant_id',86400,1767225600,'acme','','','',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('tenant_id',86400,1767312000,'acme','','','',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
INSERT INTO llm_rollup VALUES('tuple',86400,1767225600,'acme','openai','gpt-4o',X'',1,100,1,10,1,110,1,0,0,350000,1,110,100,1,1767261600,1767261600);
INSERT INTO llm_rollup VALUES('tuple',86400,1767312000,'acme','openai','gpt-4o',X'',1,200,1,20,1,220,1,0,0,700000,1,220,381,1,1767348000,1767348000);
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
INSERT INTO llm_rollup_ms VALUES('all',1767312000,'','',223,1);
INSERT INTO llm_rollup_ms VALUES('model',1767225600,'openai','gpt-4o',100,1);
INSERT INTO llm_rollup_ms VALUES('model',1767312000,'openai','gpt-4o',223,1);
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
  guard         TEXT NOT NULL DEFAULT 'insert'  -- does a block quota refuse the INSERT (write: and UPDATE) that would cross it?
    CONSTRAINT "guard is insert, write or none" CHECK (guard IN ('insert', 'write', 'none')),
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
    WHEN period GLOB 'bucket [1-9]*' AND (ltrim(substr(period, 8), '0123456789') IN ('s', 'm', 'h', 'd', 'w')
      OR ltrim(substr(period, 8), '0123456789') GLOB '/[1-9]*'
        AND ltrim(substr(period, instr(period, '/') + 1), '0123456789') IN ('s', 'm', 'h', 'd', 'w')) THEN 'bucket'
    ELSE 'calendar' END) STORED,
  span_s        INTEGER GENERATED ALWAYS AS (CASE  -- the whole window; of a bucket: the time in which it gets `refill`
    WHEN period = 'hour' THEN 3600 WHEN period = 'day' THEN 86400 WHEN period = 'week' THEN 604800
    WHEN period GLOB 'every *' THEN CAST(substr(period, 7) AS INTEGER)
      * CASE substr(ltrim(substr(period, 7), '0123456789'), 1, 1)
        WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 604800 END
    WHEN period GLOB 'rolling *' THEN CAST(substr(period, 9) AS INTEGER)
      * CASE substr(ltrim(substr(period, 9), '0123456789'), 1, 1)
        WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 604800 END
    WHEN period GLOB 'bucket *' THEN CAST(substr(period, iif(instr(period, '/'), instr(period, '/') + 1, 8)) AS INTEGER)
      * CASE substr(period, -1) WHEN 's' THEN 1 WHEN 'm' THEN 60 WHEN 'h' THEN 3600 WHEN 'd' THEN 86400 ELSE 604800 END
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
  refill        INTEGER GENERATED ALWAYS AS (CASE  -- bucket: units that it gets back in span_s seconds; a full one is the limit
    WHEN period GLOB 'bucket *' THEN iif(instr(period, '/'), CAST(substr(period, 8) AS INTEGER), limit_units) END) STORED,
  CONSTRAINT "a window is at most 10 years" CHECK (span_s <= 315360000),
  CONSTRAINT "a bucket refills, and its limit times its seconds is below 2^62; it carries nothing over"  -- see llm_counter.debt
    CHECK (kind <> 'bucket' OR refill > 0 AND limit_units <= 4611686018427387903 / span_s AND rollover_units = 0),
  -- One spelling, that of ext/budget/period.h; the function that sets quotas takes others too. Any other 'rolling' would be counted
  -- bucket by bucket, against the limit of the whole window.
  CONSTRAINT "period is hour, day, week, month, quarter, year, lifetime, every 5h, every 1 month anchor 2026-01-31, rolling 24h or bucket 90000/60s"
    CHECK (kind <> 'calendar' OR period IN ('hour', 'day', 'week', 'month', 'quarter', 'year') OR period GLOB 'every [1-9]*'
      AND (ltrim(substr(period, 7), '0123456789') IN ('s', 'm', 'h', 'd', 'w', ' month', ' months')
        OR ltrim(substr(period, 7), '0123456789') GLOB '[smhdw] anchor *'
        OR ltrim(substr(period, 7), '0123456789') GLOB ' month anchor *'
        OR ltrim(substr(period, 7), '0123456789') GLOB ' months anchor *')
      AND (instr(period, ' anchor ') = 0 OR strftime('%s', substr(period, instr(period, ' anchor ') + 8)) IS NOT NULL))
) STRICT;
INSERT INTO llm_quota VALUES(1,'q',1,'*','*','*','*','*','*','*','*','','total',100000,NULL,'block','insert','day','UTC',1795305600,'max','deny',0,0,NULL,0,NULL,NULL,'2026-11-22T11:35:53Z');
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
  was      INTEGER,                     -- used before a move took its row off, until the next change: tells a rise from a move
  -- Token buckets (sql/gen/bucket_debt.sql). NULL: it is none.
  debt       INTEGER,                   -- what is missing to full at debt_at, in units of 1/span_s: exact
  debt_at    INTEGER,                   -- the latest time of a row or hold: refills count from here
  settled    INTEGER,                   -- units that the last settled hold parked, and the row that
  settled_by INTEGER,                   -- settled it: the two are one change
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
, matched INTEGER) STRICT;
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
    CONSTRAINT "basis is percent, used, remaining, rate, spike, forecast or context"
    CHECK (basis IN ('percent', 'used', 'remaining', 'rate', 'spike', 'forecast', 'context')),
  value       REAL NOT NULL CHECK (value >= 0),  -- percent, context: 0.8; spike: 2 times normal; else units
  step        REAL CHECK (step > 0),             -- again each so much further, in the same unit as value
  severity    TEXT NOT NULL DEFAULT 'warning',
  resolve     INTEGER NOT NULL DEFAULT 0 CHECK (resolve IN (0, 1)),  -- tell when it falls below again
  cooldown_s  INTEGER NOT NULL DEFAULT 0 CHECK (cooldown_s >= 0),    -- no other event of this rule and key within
  active      INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
  description TEXT
) STRICT;
INSERT INTO llm_alert VALUES(1,1,1,'percent',0.8000000000000000444,NULL,'warning',0,0,1,'default');
INSERT INTO llm_alert VALUES(2,1,1,'percent',0.94999999999999995559,NULL,'warning',0,0,1,'default');
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
INSERT INTO llm_quota_log VALUES(1,'2026-11-22T11:35:53Z',1,'q','quota made',NULL,'100000 total day block');
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
, quotas INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO llm_clock VALUES(1,0,8899886632343930855);
CREATE TABLE llm_factor(
  model         TEXT PRIMARY KEY COLLATE NOCASE,  -- as llm_usage names it
  factor        REAL NOT NULL CHECK (factor BETWEEN 0.2 AND 5),  -- billed tokens for one estimated
  spread        REAL NOT NULL CHECK (spread >= 0),  -- 9 requests of 10 are within this share of the estimate
  requests      INTEGER NOT NULL,                 -- the evidence
  tokens        INTEGER NOT NULL,                 -- billed
  calibrated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE llm_quota_moving(id INTEGER PRIMARY KEY, what TEXT NOT NULL) STRICT;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('llm_alert',2);
INSERT INTO sqlite_sequence VALUES('llm_alert_event',0);
INSERT INTO sqlite_sequence VALUES('llm_quota',1);
INSERT INTO sqlite_sequence VALUES('llm_usage',3);
CREATE INDEX llm_usage_by_time ON llm_usage(unix_time);
CREATE UNIQUE INDEX llm_price_key ON llm_price(model, meter, service_tier, tier_from_tokens,
  coalesce(provider, ''), coalesce(region, ''), coalesce(valid_from, ''), coalesce(hours, ''),
  coalesce(weekdays, ''));
CREATE INDEX llm_usage_by_session ON llm_usage(session_id) WHERE session_id IS NOT NULL;
CREATE INDEX llm_quota_by_route ON llm_quota(route) WHERE route IS NOT NULL;
CREATE INDEX llm_counter_period ON llm_counter(quota_id, start);
CREATE UNIQUE INDEX llm_hold_ref ON llm_hold(ref);
CREATE INDEX llm_hold_open ON llm_hold(expires) WHERE state = 'held';
CREATE INDEX llm_grant_key ON llm_grant(quota_id, key);
CREATE INDEX llm_alert_by_watch ON llm_alert(watch_id) WHERE active;
CREATE INDEX llm_alert_context ON llm_alert(quota_id) WHERE basis = 'context' AND active;
CREATE INDEX llm_alert_outbox ON llm_alert_event(id) WHERE delivered_at IS NULL;
COMMIT;
