-- What a row of the ledger costs: by its provider, its cached tokens, the tier that served it, and
-- its own time.
SELECT tok_init() > 0;
INSERT INTO llm_usage(timestamp, provider, model, service_tier, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens) VALUES
  ('2026-08-20', 'groq', 'openai/gpt-oss-120b', NULL, 1000000, 0, 0, 0, 0),
  ('2026-08-20', 'cerebras', 'gpt-oss-120b', NULL, 1000000, 0, 0, 0, 0),
  ('2026-08-20', 'nobody', 'gpt-oss-120b', NULL, 1000000, 0, 0, 0, 0),
  ('2026-08-20', 'anthropic', 'claude-sonnet-4-5', NULL, 1000, 0, 200, 600, 0),
  ('2026-08-20', 'anthropic', 'claude-sonnet-4-5', NULL, 1000, 0, 200, 600, 400),
  ('2025-06-09', 'openai', 'o3', NULL, 1000000, 0, 0, 0, 0),
  ('2025-06-10', 'openai', 'o3', NULL, 1000000, 0, 0, 0, 0);
SELECT id, cost_nano, cost_usd FROM llm_usage;
.print -- the tier that served
INSERT INTO llm_price(provider, model, meter, usd_per_1m, service_tier) VALUES ('openai', 'o3', 'input', 0.9, 'batch'), ('openai', 'o3', 'input', 3.5, 'priority');
INSERT INTO llm_usage(timestamp, provider, model, service_tier, input_tokens, output_tokens) VALUES
  ('2025-06-10', 'openai', 'o3', 'batch', 1000000, 0), ('2025-06-10', 'openai', 'o3', 'priority', 1000000, 0), ('2025-06-10', 'openai', 'o3', 'default', 1000000, 0);
SELECT service_tier, cost_usd FROM llm_usage WHERE service_tier IS NOT NULL;
.print -- a price that is corrected changes nothing recorded until it is asked for
UPDATE llm_price SET usd_per_1m = '1' WHERE service_tier = 'batch';
SELECT cost_usd FROM llm_usage WHERE service_tier = 'batch';
SELECT tok_reprice('2026-01-01'), tok_reprice('2025-06-10', '2025-06-11'), tok_reprice('2025-06-10', '2025-06-11');
SELECT cost_usd FROM llm_usage WHERE service_tier = 'batch';
.print -- what the provider reports is kept beside what is computed; a reported 0 is not a price
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, reported_cost_nano) VALUES
  ('2026-08-20', 'openai', 'gpt-4o', 1000, 0, 2600000), ('2026-08-20', 'openai', 'gpt-4o', 1000, 0, 0), ('2026-08-20', 'openai', 'gpt-4o', 1000, 0, NULL), ('2026-08-20', 'openai', 'no-such-model', 1000, 0, 5);
SELECT reported_cost_nano, cost_nano FROM llm_usage;
UPDATE llm_setting SET value = 'calculated' WHERE name = 'cost_mode';
SELECT tok_reprice(0);
SELECT reported_cost_nano, cost_nano FROM llm_usage;
UPDATE llm_setting SET value = 'reported' WHERE name = 'cost_mode';
UPDATE llm_usage SET cost_nano = NULL;
SELECT reported_cost_nano, cost_nano FROM llm_usage;
UPDATE llm_setting SET value = 'auto' WHERE name = 'cost_mode';
SELECT tok_reprice();
SELECT reported_cost_nano, cost_nano FROM llm_usage;
.print -- one absurd row, written without tok, does not keep the others from being priced
DELETE FROM llm_usage;
DROP TRIGGER tok_usage_priced;
DROP TRIGGER llm_usage_arrival_bounded; -- as rows of an earlier version were
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES
  ('2026-08-20', 'openai', 'gpt-4o', 9223372036854775807, 0), ('2026-08-20', 'openai', 'gpt-4o', 1000, 0);
SELECT tok_reprice();
SELECT input_tokens, cost_nano FROM llm_usage;
