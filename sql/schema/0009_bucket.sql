-- Upgrade only from 5: databases made before there were token buckets, guards of UPDATE and alerts
-- on context windows.
--
-- A CHECK and a STORED column cannot be altered, so two tables are made anew, as 0005_budget.sql
-- has them now; the installer drops the old ones, with their indexes. Ids go on where they were:
-- events refer to them.
ALTER TABLE main.llm_quota RENAME TO llm_quota_before;
ALTER TABLE main.llm_alert RENAME TO llm_alert_before;

CREATE TABLE main.llm_quota(
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

CREATE INDEX main.llm_quota_by_route ON llm_quota(route) WHERE route IS NOT NULL;

CREATE TABLE main.llm_alert(  -- rules
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
CREATE INDEX main.llm_alert_by_watch ON llm_alert(watch_id) WHERE active;
CREATE INDEX main.llm_alert_context ON llm_alert(quota_id) WHERE basis = 'context' AND active;

INSERT INTO main.llm_quota(id, name, active, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag,
  split_by, metric, limit_units, soft_units, action, guard, period, zone, since, hold_size, unpriced, unpriced_nano,
  rollover_units, parent, special, hourly_of, description, created_at)
SELECT id, name, active, tenant_id, user_id, api_key_id, session_id, provider, model, task_type, tag,
  split_by, metric, limit_units, soft_units, action, guard, period, zone, since, hold_size, unpriced, unpriced_nano,
  rollover_units, parent, special, hourly_of, description, created_at
FROM main.llm_quota_before;
INSERT INTO main.llm_alert(id, quota_id, watch_id, basis, value, step, severity, resolve, cooldown_s, active, description)
SELECT id, quota_id, watch_id, basis, value, step, severity, resolve, cooldown_s, active, description FROM main.llm_alert_before;
DELETE FROM main.sqlite_sequence WHERE name IN ('llm_quota', 'llm_alert');
INSERT INTO main.sqlite_sequence(name, seq)
SELECT replace(name, '_before', ''), seq FROM main.sqlite_sequence WHERE name IN ('llm_quota_before', 'llm_alert_before');

ALTER TABLE main.llm_counter ADD COLUMN debt INTEGER;
ALTER TABLE main.llm_counter ADD COLUMN debt_at INTEGER;
ALTER TABLE main.llm_counter ADD COLUMN settled INTEGER;
ALTER TABLE main.llm_counter ADD COLUMN settled_by INTEGER;
