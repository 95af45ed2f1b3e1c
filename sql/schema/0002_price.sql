-- Prices of this database's own: what was negotiated, what is missing from tok's list, or a whole
-- imported list (tok_pricing_import). A row here wins over the built-in list for its meter; SELECT
-- * FROM tok_pricing shows both.
--
--   INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('gpt-4o', 'input', 2.1);
--
-- usd_per_1m is decimal text, so that it stays exact: dollars per million tokens, or per single
-- unit where the meter counts something else (seconds, pages, web_searches, …).

CREATE TABLE main.llm_price(
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

-- One price for one set of conditions; also how prices are looked up.
CREATE UNIQUE INDEX main.llm_price_key ON llm_price(model, meter, service_tier, tier_from_tokens,
  coalesce(provider, ''), coalesce(region, ''), coalesce(valid_from, ''), coalesce(hours, ''),
  coalesce(weekdays, ''));
