-- llm_price: a database's own prices, and lists imported into it (tests/prices/test_lists.sh
-- imports whole files).
.print -- without the table: the built-in list
SELECT tok_price('gpt-4o', 'input', '2026-08-20'), tok_pricing_import(NULL) IS NULL;
SELECT tok_pricing_import('[]');
SELECT tok_init() > 0;
.print -- one negotiated price: the other meters keep the list's
INSERT INTO llm_price(model, meter, usd_per_1m, source) VALUES ('gpt-4o', 'input', 2.1, 'contract 7');
SELECT tok_price('gpt-4o', 'input', '2026-08-20'), tok_price('gpt-4o', 'output', '2026-08-20'), tok_cost('gpt-4o-2024-08-06', 1000, 100, 0, 0, '2026-08-20');
.print -- not for a version with a price of its own, and for every provider unless one is named
SELECT tok_price('gpt-4o-2024-05-13', 'input', '2026-08-20'), tok_price('azure/gpt-4o', 'input', '2026-08-20');
UPDATE llm_price SET provider = 'openai';
SELECT tok_price('openai/gpt-4o', 'input', '2026-08-20'), tok_price('azure/gpt-4o', 'input', '2026-08-20'), tok_price('openrouter/openai/gpt-4o', 'input', '2026-08-20');
SELECT json_extract(tok_resolve('gpt-4o'), '$.origin', '$.provider', '$.model'), tok_resolve('gpt-4o', 'azure') ->> 'origin';
SELECT json_extract(line.value, '$.meter', '$.source', '$.origin') FROM json_each(tok_cost_explain('gpt-4o', '{"input_tokens": 10, "output_tokens": 1}', '2026-08-20'), '$.lines') AS line;
.print -- the table of prices: what is overlaid is gone
SELECT meter, usd_per_1m, source, origin FROM tok_pricing WHERE provider = 'openai' AND model = 'gpt-4o' AND service_tier = 'standard' AND meter IN ('input', 'output');
.print -- validity, batch, size, region, hours
DELETE FROM llm_price;
INSERT INTO llm_price(provider, model, meter, usd_per_1m, valid_from, valid_to, service_tier, tier_from_tokens, region, hours, weekdays) VALUES
  ('openai', 'gpt-4o', 'input', '1', '2026-01-01', '2026-02-01', 'standard', 0, NULL, NULL, NULL),
  ('openai', 'gpt-4o', 'input', '0.5', '2026-01-01', NULL, 'batch', 0, NULL, NULL, NULL),
  ('openai', 'gpt-4o', 'input', '4', '1767225600', '2026-02-01', 'standard', 100001, NULL, NULL, NULL),
  ('openai', 'gpt-4o', 'input', '0.7', '2026-03-01', '2026-04-01', 'standard', 0, NULL, '22:00-06:00', '12345'),
  ('aws', 'anthropic.claude-sonnet-4-20250514-v1:0', 'input', '3.5', NULL, NULL, 'standard', 0, 'eu', NULL, NULL),
  (NULL, 'our-llama', 'input', '0.1', NULL, NULL, 'standard', 0, NULL, NULL, NULL),
  (NULL, 'our-llama', 'seconds', '0.002', NULL, NULL, 'standard', 0, NULL, NULL, NULL);
SELECT tok_price('gpt-4o', 'input', '2025-12-31T23:59:59Z'), tok_price('gpt-4o', 'input', '2026-01-01'), tok_price('gpt-4o', 'input', '2026-02-01');
SELECT tok_cost('gpt-4o', '{"input_tokens": 1000000, "service_tier": "batch"}', '2026-05-05'), tok_cost('gpt-4o', 100000, 0, 0, 0, '2026-01-05'), tok_cost('gpt-4o', 100001, 0, 0, 0, '2026-01-05');
SELECT tok_price('gpt-4o', 'input', '2026-03-06 23:00:00'), tok_price('gpt-4o', 'input', '2026-03-07 05:59:59'), tok_price('gpt-4o', 'input', '2026-03-07 23:00:00');
SELECT tok_price('eu.anthropic.claude-sonnet-4-20250514-v1:0', 'input', '2026-08-20'), tok_price('us.anthropic.claude-sonnet-4-20250514-v1:0', 'input', '2026-08-20');
SELECT tok_cost('our-llama', 1000000, 0), tok_cost('Our-Llama', '{"seconds": 10}'), tok_cost('our-llama-2', 1, 1);
.print -- the row of the provider that is named before that of the maker, before that of anyone
INSERT INTO llm_price(provider, model, meter, usd_per_1m) VALUES (NULL, 'o3', 'input', '5'), ('openai', 'o3', 'input', '6'), ('our-gateway', 'o3', 'input', '7'), (NULL, 'o4-mini', 'input', '8');
SELECT tok_price('o3', 'input'), tok_price('our-gateway/o3', 'input'), tok_price('other-gateway/o3', 'input'), tok_cost('o3', '{"provider":"our-gateway","input_tokens":1000000}'), tok_price('o4-mini', 'input');
.print -- wrong rows are refused when they are written
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('m', 'inputs', 1);
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('m', 'input', -1);
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('m', 'input', 'free');
INSERT INTO llm_price(model, meter, usd_per_1m, service_tier) VALUES ('m', 'input', 1, 'fast');
INSERT INTO llm_price(model, meter, usd_per_1m, valid_from) VALUES ('m', 'input', 1, 'soon');
INSERT INTO llm_price(model, meter, usd_per_1m, hours) VALUES ('m', 'input', 1, '25:00-26:00');
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('our-llama', 'input', 1);
DELETE FROM llm_price;
.print -- all or nothing, inside a transaction too
SELECT tok_pricing_import('{"new": {"mode": "chat", "input_cost_per_token": 1e-06}, "bad": {"input_cost_per_token": "1"}}');
BEGIN;
INSERT INTO llm_price(model, meter, usd_per_1m) VALUES ('kept', 'input', 1);
SELECT tok_pricing_import('{"new": {"mode": "chat", "input_cost_per_token": 1e-06}, "bad": {"input_cost_per_token": -1}}');
SELECT tok_pricing_import('{"new": {"mode": "chat", "input_cost_per_token": 1e-06}}');
COMMIT;
SELECT model, usd_per_1m FROM llm_price WHERE model IN ('new', 'bad', 'kept');
SELECT tok_pricing_import('{"a": 1}');
CREATE VIEW v AS SELECT tok_pricing_import('[]');
SELECT * FROM v;
.print -- a newer list without dates changes no cost of before: the old price ends when the new one begins
DELETE FROM llm_price;
SELECT tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 3e-06, "output_cost_per_token": 9e-06}}', 'list', '2026-03-01');
SELECT tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 2e-06, "output_cost_per_token": 9e-06}}', 'list', '2026-06-01');
SELECT tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 2e-06, "output_cost_per_token": 9e-06}}', 'list', '2026-07-01');
SELECT meter, usd_per_1m, valid_from, valid_to FROM llm_price ORDER BY meter, valid_from;
SELECT tok_cost('acme/m1', 1000000, 0, 0, 0, '2025-01-01'), tok_cost('acme/m1', 1000000, 0, 0, 0, '2026-05-31T23:59:59Z'), tok_cost('acme/m1', 1000000, 0, 0, 0, '2026-06-01'), tok_cost('acme/m1', 0, 1000000, 0, 0, '2026-08-01');
.print -- twice in one second the later one counts; back to an old price is a third period; a price that was withdrawn comes back
SELECT tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 1e-06}}', 'list', '2026-06-01'), tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 3e-06}}', 'list', 1790000000);
SELECT meter, usd_per_1m, valid_from, valid_to FROM llm_price WHERE meter = 'input' ORDER BY valid_from;
UPDATE llm_price SET retracted = 1 WHERE valid_to IS NULL AND meter = 'input';
SELECT tok_pricing_import('{"m1": {"litellm_provider": "acme", "input_cost_per_token": 3e-06}}', 'list', 1800000000), tok_price('acme/m1', 'input', 1800000000);
SELECT tok_pricing_import('{"m1": {"input_cost_per_token": 3e-06}}', 'list', 'soon');
