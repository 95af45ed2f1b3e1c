-- tok_export, and back again with tok_import_text.
SELECT tok_init() > 0;
INSERT INTO llm_usage(timestamp, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens, cache_read_tokens, response_id, response_time_ms, tags) VALUES
  ('2026-01-05T10:20:00Z', 'openai', 'gpt-4o', 'chat', 'acme', 'J"ö, r', 1200, 350, 1000, 'r1', 800, '{"app":"x",' || char(10) || '"n":1}'),
  ('2026-01-05T10:20:00Z', 'openai', 'gpt-4o', '', ' acme', 'a' || char(10) || 'b', 10, 5, NULL, 'r2', NULL, '["x","y"]'),
  ('2026-01-06T00:00:00Z', NULL, 'no-such-model', NULL, NULL, NULL, 1, 1, NULL, 'r3', NULL, NULL),
  ('2026-02-01T00:00:00Z', 'openai', 'gpt-4o', NULL, NULL, NULL, 1, 1, NULL, 'r4', NULL, NULL);
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, reported_cost_nano, response_id) VALUES
  ('2026-01-07T00:00:00Z', 'openai', 'gpt-4o', 1000, 1000, 12345679, 'r5'), ('2026-01-07T00:00:00Z', 'x', 'unlisted', 5, 5, 777, 'r6');
SELECT * FROM tok_export('csv', '2026-01-01', '2026-02-01');
SELECT line FROM tok_export('json', '2026-01-01', '2026-01-06');
CREATE TEMP TABLE before AS SELECT * FROM llm_usage;
CREATE TEMP TABLE file AS SELECT 'csv' AS f, group_concat(line, char(10)) AS t FROM tok_export('csv') UNION ALL SELECT 'jsonl', group_concat(line, char(10)) FROM tok_export('json');
SELECT tok_import_text(t, f) FROM file;
DELETE FROM llm_usage;
SELECT tok_import_text(t, f) FROM file WHERE f = 'csv';
CREATE TEMP VIEW changed AS SELECT count(*) AS n FROM (SELECT unix_time, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens, total_tokens,
  cost_nano, reported_cost_nano, cache_read_tokens, response_id, response_time_ms, replace(tags, char(10), ' ') FROM llm_usage EXCEPT SELECT unix_time, provider, model, task_type, tenant_id, user_id, input_tokens, output_tokens, total_tokens,
  cost_nano, reported_cost_nano, cache_read_tokens, response_id, response_time_ms, replace(tags, char(10), ' ') FROM before);
SELECT n, (SELECT count(*) FROM llm_usage) FROM changed;
DELETE FROM llm_usage;
SELECT tok_import_text(t, f) FROM file WHERE f = 'jsonl';
SELECT n, (SELECT count(*) FROM llm_usage) FROM changed;
-- FOCUS: every mandatory column; what is billed adds up to the ledger's cost, to the nano-dollar.
SELECT line FROM tok_export('focus', '2026-01-05', '2026-01-06') LIMIT 4;
CREATE TEMP TABLE focus AS SELECT line AS j FROM tok_export('focus-json');
SELECT count(*), count(DISTINCT j ->> 'x_UsageId'), CAST(round(sum(j ->> 'BilledCost') * 1e9) AS INTEGER) - (SELECT sum(cost_nano) FROM llm_usage) FROM focus;
SELECT j ->> 'x_ResponseId', j ->> 'SkuMeter', j ->> 'PricingQuantity', j ->> 'BilledCost', j ->> 'ListCost', j ->> 'ListUnitPrice' FROM focus WHERE j ->> 'x_ResponseId' IN ('r5', 'r6', 'r1');
SELECT u.response_id, CAST(round(sum(j ->> 'BilledCost') * 1e9) AS INTEGER) = cost_nano FROM focus JOIN llm_usage AS u ON u.id = j ->> 'x_UsageId' GROUP BY 1;
WITH mandatory(name) AS (VALUES ('BilledCost'), ('BillingAccountId'), ('BillingAccountName'), ('BillingCurrency'), ('BillingPeriodEnd'),
  ('BillingPeriodStart'), ('ChargeCategory'), ('ChargeClass'), ('ChargeDescription'), ('ChargePeriodEnd'), ('ChargePeriodStart'),
  ('ContractedCost'), ('EffectiveCost'), ('InvoiceIssuerName'), ('ListCost'), ('PricingQuantity'), ('PricingUnit'), ('ProviderName'),
  ('PublisherName'), ('ServiceCategory'), ('ServiceName'))
SELECT count(*), sum(',' || line || ',' LIKE '%,' || name || ',%') FROM mandatory, (SELECT line FROM tok_export('focus') LIMIT 1);
SELECT count(*) FROM focus WHERE (j ->> 'Tags' IS NOT NULL AND json_valid(j ->> 'Tags') = 0) OR j ->> 'BilledCost' IS NULL OR j ->> 'ChargePeriodStart' >= j ->> 'ChargePeriodEnd';
SELECT j ->> 'BillingPeriodStart', j ->> 'BillingPeriodEnd', j ->> 'ChargePeriodStart', j ->> 'ChargePeriodEnd', j -> 'Tags' FROM focus LIMIT 1;
-- Units are those of what is counted; no SKU and no list price is empty, a request without a model
-- has them too; a tag is a key once.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, meters, cost_nano, tags) VALUES
  ('2026-01-05', 'whisper-1', NULL, NULL, '{"seconds":90}', NULL, NULL), ('2026-01-05', 'mistral-ocr-latest', NULL, NULL, '{"pages":5}', NULL, NULL),
  ('2026-01-05', 'gpt-4o', 10, 0, '{"web_searches":3}', NULL, NULL), ('2026-01-05', NULL, 1, 1, NULL, 7, '["a","b","a",1,"1"]');
SELECT j ->> 'SkuMeter', j ->> 'ConsumedQuantity', j ->> 'ConsumedUnit', j ->> 'PricingUnit', j ->> 'ListUnitPrice', j ->> 'ListCost',
  j ->> 'SkuId', j ->> 'SkuPriceId', j -> 'Tags' FROM (SELECT line AS j FROM tok_export('focus-json'));
-- A request that failed has no amounts; it is one all the same, there and back, once. A line of
-- another program without amounts is none.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, model, tenant_id, status, response_time_ms) VALUES
  ('2026-01-05', 'gpt-4o', 'acme', 'timeout', 30000), ('2026-01-05', 'gpt-4o', 'acme', 'timeout', 30000), ('2026-01-06', NULL, NULL, NULL, NULL);
SELECT line FROM tok_export('json');
CREATE TEMP TABLE failed AS SELECT 'csv' AS f, group_concat(line, char(10)) AS t FROM tok_export('csv') UNION ALL
  SELECT 'jsonl', group_concat(line, char(10)) FROM tok_export('json');
CREATE TEMP TABLE there AS SELECT unix_time, model, tenant_id, status, response_time_ms, total_tokens, cost_nano FROM llm_usage;
DELETE FROM llm_usage;
SELECT tok_import_text(t) FROM failed WHERE f = 'csv';
SELECT tok_import_text(t) FROM failed WHERE f = 'csv';
SELECT count(*), (SELECT count(*) FROM (SELECT unix_time, model, tenant_id, status, response_time_ms, total_tokens, cost_nano FROM llm_usage
  EXCEPT SELECT * FROM there)) FROM llm_usage;
DELETE FROM llm_usage;
SELECT tok_import_text(t) FROM failed WHERE f = 'jsonl';
SELECT tok_import_text(t) FROM failed WHERE f = 'jsonl';
SELECT count(*), (SELECT count(*) FROM (SELECT unix_time, model, tenant_id, status, response_time_ms, total_tokens, cost_nano FROM llm_usage
  EXCEPT SELECT * FROM there)) FROM llm_usage;
SELECT tok_import_text('{"timestamp":"2026-01-05","model":"gpt-4o","input_tokens":null}');
SELECT tok_import_text('timestamp,model,input_tokens
2026-01-05,gpt-4o,');
-- An empty ledger has a header; wrong use.
DELETE FROM llm_usage;
SELECT count(*) FROM tok_export('csv');
SELECT count(*) FROM tok_export('json');
SELECT count(*) FROM tok_export(NULL);
SELECT * FROM tok_export('xls');
SELECT * FROM tok_export('csv', 'soon');
SELECT * FROM tok_export;
-- A provider of '' is none: the account of a bill is never empty.
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, cost_nano) VALUES ('2027-01-01', '', 'gpt-4o', 1, 2, 30);
SELECT DISTINCT line ->> 'BillingAccountId', line ->> 'ServiceName' FROM tok_export('focus-json', '2027-01-01');
-- What was written is read as it was: text that says NULL or nothing, NULs, all digits of a REAL.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, tenant_id, user_id, model, input_tokens, output_tokens, value_usd, quality_score, response_id) VALUES
  ('2026-01-01T00:00:00Z', 'NULL', 'null', '\N', 1, 2, 1.0 / 7, 0.1 + 0.2, 'a'), ('2026-01-02T00:00:00Z', '', NULL, ' x', 3, NULL, 1e-300 / 3, 0.1, 'b'),
  ('2026-01-03T00:00:00Z', 'a' || char(0) || 'b', 'c,"' || char(13, 10) || '''', ';', 5, 6, 9007199254740993.0, -0.0, 'c');
CREATE TEMP TABLE was AS SELECT timestamp, tenant_id, user_id, model, input_tokens, output_tokens, value_usd, quality_score, response_id FROM llm_usage;
CREATE TEMP TABLE written AS SELECT 'csv' AS format, group_concat(line, char(10)) AS text FROM tok_export('csv')
  UNION ALL SELECT 'jsonl', group_concat(line, char(10)) FROM tok_export('json');
DELETE FROM llm_usage;
SELECT tok_import_text(text, format) FROM written WHERE format = 'csv';
SELECT * FROM was EXCEPT SELECT timestamp, tenant_id, user_id, model, input_tokens, output_tokens, value_usd, quality_score, response_id FROM llm_usage;
DELETE FROM llm_usage;
SELECT tok_import_text(text, format) FROM written WHERE format = 'jsonl';
SELECT * FROM was EXCEPT SELECT timestamp, tenant_id, user_id, model, input_tokens, output_tokens, value_usd, quality_score, response_id FROM llm_usage;
-- A surcharge is in the unit price, which times the quantity is the list's cost.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, meters) VALUES
  ('2026-02-01', 'anthropic', 'claude-sonnet-4-5', 1000000, 1000, '{"inference_geo":"us"}');
SELECT line ->> 'SkuMeter', line ->> 'ListUnitPrice', line ->> 'PricingQuantity', line ->> 'ListCost', line ->> 'BilledCost' FROM tok_export('focus-json');
