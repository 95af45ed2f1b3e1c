-- A ledger of schema version 2, as its own tok_init() made it and .dump wrote it; kept as it is.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE llm_meta(
  key   TEXT PRIMARY KEY,  -- 'schema_version': number of the last schema/NNNN file; 'definitions': checksum
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO llm_meta VALUES('definitions','0');
INSERT INTO llm_meta VALUES('schema_version','2');
CREATE TABLE llm_setting(
  name        TEXT PRIMARY KEY,
  value       ANY,
  description TEXT,
  CONSTRAINT "cost_mode is auto, calculate or display"
    CHECK (name <> 'cost_mode' OR value IN ('auto', 'calculate', 'display')),
  CONSTRAINT "forecast_window_days is a positive integer"
    CHECK (name <> 'forecast_window_days' OR (typeof(value) = 'integer' AND value > 0))
) STRICT, WITHOUT ROWID;
INSERT INTO llm_setting VALUES('cost_mode','auto','auto: the provider''s reported cost where there is one, else the price list; calculate: always the price list; display: only reported costs');
INSERT INTO llm_setting VALUES('forecast_window_days',30,'d');
INSERT INTO llm_setting VALUES('mine',X'00ff',NULL);
INSERT INTO llm_setting VALUES('n',4.5,'a real');
INSERT INTO llm_setting VALUES('zone','Asia/Tokyo','z');
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
         ELSE CAST(strftime('%s', timestamp) AS INTEGER) END) VIRTUAL,  -- seconds; what views and indexes use
  CONSTRAINT "timestamp is UTC ISO-8601 text or Unix seconds" CHECK (unix_time IS NOT NULL),
  CONSTRAINT "cache tokens are part of input_tokens"
    CHECK (coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0) <= input_tokens),
  CONSTRAINT "one-hour cache writes are part of cache_write_tokens"
    CHECK (cache_write_1h_tokens <= cache_write_tokens),
  CONSTRAINT "reasoning tokens are part of output_tokens" CHECK (reasoning_tokens <= output_tokens),
  UNIQUE (provider, response_id) ON CONFLICT IGNORE
) STRICT;
INSERT INTO llm_usage VALUES(1,'2026-01-31T23:59:59Z','openai','gpt-4o','chat',1200,350,1550,0.0064999999999999997016,900,'2026-02-01',NULL,'r1','acme',NULL,NULL,'s1',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,6500000,NULL,NULL,NULL,NULL,'{"team":"a"}');
INSERT INTO llm_usage VALUES(3,'2026-02-01T00:00:01Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,12,'2026-02-01',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO llm_usage VALUES(4,'2026-02-02T10:00:00Z','openai','gpt-4o','chat',10,5,15,0.25,NULL,'2026-02-02',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,250000000,NULL,NULL,NULL,NULL,NULL);
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
INSERT INTO llm_price VALUES(1,'mine','house','input','1',0,'standard',NULL,NULL,NULL,NULL,NULL,NULL,NULL,0);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('llm_usage',4);
CREATE INDEX llm_usage_by_time ON llm_usage(unix_time);
CREATE UNIQUE INDEX llm_price_key ON llm_price(model, meter, service_tier, tier_from_tokens,
  coalesce(provider, ''), coalesce(region, ''), coalesce(valid_from, ''), coalesce(hours, ''),
  coalesce(weekdays, ''));
CREATE TRIGGER llm_usage_fill_total AFTER INSERT ON llm_usage
WHEN NEW.total_tokens IS NULL AND NEW.input_tokens + NEW.output_tokens IS NOT NULL
BEGIN
  UPDATE llm_usage SET total_tokens = input_tokens + output_tokens WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_fill_timestamp AFTER INSERT ON llm_usage
WHEN NEW.timestamp NOT GLOB '*[^0-9]*'
BEGIN
  UPDATE llm_usage SET timestamp = strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch')
  WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_fill_cost_usd AFTER INSERT ON llm_usage
WHEN NEW.cost_nano IS NOT NULL
BEGIN
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9 WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_fill_cost_nano AFTER INSERT ON llm_usage
WHEN NEW.cost_nano IS NULL AND NEW.cost_usd IS NOT NULL
BEGIN
  UPDATE llm_usage SET cost_nano = (SELECT n + CASE WHEN fh - 0.5 > -fl THEN 1 WHEN fh + 0.5 < -fl THEN -1 WHEN fh - 0.5 = -fl AND n % 2 <> 0 THEN 1 WHEN fh + 0.5 = -fl AND n % 2 <> 0 THEN -1 ELSE 0 END FROM (SELECT CAST(round(h) AS INTEGER) + CAST(round(l) AS INTEGER) AS n, h - round(h) AS fh, l - round(l) AS fl FROM (SELECT s * 1e9 AS h, (x - s) * 1e9 AS l FROM (SELECT x, c - (c - x) AS s FROM (SELECT x, x * 134217729.0 AS c FROM (SELECT cost_usd AS x))))))  WHERE id = NEW.id;
END;
CREATE TRIGGER llm_usage_cost_nano AFTER UPDATE OF cost_nano ON llm_usage
WHEN NEW.cost_nano IS NOT OLD.cost_nano AND NEW.cost_usd IS NOT NEW.cost_nano / 1e9
BEGIN
  UPDATE llm_usage SET cost_usd = cost_nano / 1e9
  WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
END;
CREATE TRIGGER llm_usage_cost_usd AFTER UPDATE OF cost_usd ON llm_usage
WHEN NEW.cost_usd IS NOT OLD.cost_usd AND NEW.cost_nano IS OLD.cost_nano
  AND NEW.cost_usd IS NOT NEW.cost_nano / 1e9
BEGIN
  UPDATE llm_usage SET cost_nano = (SELECT n + CASE WHEN fh - 0.5 > -fl THEN 1 WHEN fh + 0.5 < -fl THEN -1 WHEN fh - 0.5 = -fl AND n % 2 <> 0 THEN 1 WHEN fh + 0.5 = -fl AND n % 2 <> 0 THEN -1 ELSE 0 END FROM (SELECT CAST(round(h) AS INTEGER) + CAST(round(l) AS INTEGER) AS n, h - round(h) AS fh, l - round(l) AS fl FROM (SELECT s * 1e9 AS h, (x - s) * 1e9 AS l FROM (SELECT x, c - (c - x) AS s FROM (SELECT x, x * 134217729.0 AS c FROM (SELECT cost_usd AS x)))))) 
  WHERE id = NEW.id AND cost_usd IS NOT cost_nano / 1e9;
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
WHEN NEW.provider IS NULL AND NEW.response_id IS NOT NULL
BEGIN
  SELECT RAISE(IGNORE) WHERE EXISTS (
    SELECT 1 FROM llm_usage WHERE provider IS NULL AND response_id = NEW.response_id);
END;
CREATE VIEW llm_by_model AS
SELECT model AS model,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY model
;
CREATE VIEW llm_by_provider AS
SELECT provider AS provider,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY provider
;
CREATE VIEW llm_by_task AS
SELECT task_type AS task_type,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY task_type
;
CREATE VIEW llm_by_tenant AS
SELECT tenant_id AS tenant_id,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY tenant_id
;
CREATE VIEW llm_by_session AS
SELECT session_id AS session_id,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY session_id
;
CREATE VIEW llm_by_day AS
SELECT strftime('%Y-%m-%d', unix_time, 'unixepoch') AS day,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY strftime('%Y-%m-%d', unix_time, 'unixepoch')
;
CREATE VIEW llm_by_hour AS
SELECT strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch') AS hour,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  sum(cost_nano) * 1.0 / sum(sum(cost_nano)) OVER () AS share, -- of all cost
  count(*) - count(cost_nano) AS unpriced,                     -- requests without a price
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage GROUP BY strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch')
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
CREATE VIEW llm_stats AS
SELECT count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  sum(cost_nano) / 1e9 AS cost_usd,                            -- of the requests that have a price
  sum(cost_nano) / 1e9 / count(cost_nano) AS avg_cost_usd,
  avg(total_tokens) AS avg_tokens,
  avg(response_time_ms) AS avg_ms,
  sum(output_tokens) * 1.0 / sum(input_tokens) AS output_input_ratio,
  sum(cache_read_tokens) * 1.0 / sum(input_tokens) AS cache_hit_ratio,
  sum(total_tokens) FILTER (WHERE cost_nano IS NOT NULL) * 1e9 / sum(cost_nano) AS tokens_per_usd,
  count(*) - count(cost_nano) AS unpriced,
  count(DISTINCT provider) AS providers,
  count(DISTINCT model) AS models,
  count(DISTINCT tenant_id) AS tenants,
  sum(cost_nano) AS cost_nano,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage
;
CREATE VIEW llm_unpriced AS
SELECT provider, model,
  count(*) AS requests,
  sum(input_tokens) AS input_tokens,
  sum(output_tokens) AS output_tokens,
  sum(total_tokens) AS total_tokens,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') AS first_at,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(unix_time), 'unixepoch') AS last_at
FROM llm_usage WHERE cost_nano IS NULL GROUP BY provider, model;
CREATE VIEW my_settings AS SELECT * FROM llm_setting;
COMMIT;
