-- The ledger as a person meets it.
SELECT tok_init() > 1;
SELECT name FROM sqlite_schema WHERE type = 'view' AND name LIKE 'llm\_%' ESCAPE '\' AND name NOT GLOB 'llm_rollup_*' AND name NOT GLOB 'llm_usage_*' ORDER BY 1;
INSERT INTO llm_usage(provider, model, task_type, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 'chat', 1200, 350);
SELECT total_tokens, cost_nano, cost_usd, timestamp IS NOT NULL FROM llm_usage;

-- Cached tokens, the one-hour cache and the provider are priced as such.
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, cache_read_tokens) VALUES ('openai', 'gpt-4o', 1200, 350, 1000);
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, cache_write_tokens, cache_write_1h_tokens)
  VALUES ('anthropic', 'claude-sonnet-4', 1000, 10, 500, 200);
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens) VALUES ('openai', 'no-such-model', 5, 5);
SELECT model, cost_nano FROM llm_usage;
SELECT provider, model, requests, total_tokens FROM llm_unpriced;

-- The provider's own figure wins, unless the setting says otherwise.
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens, reported_cost_nano) VALUES ('openai', 'gpt-4o', 100, 10, 5);
SELECT cost_nano FROM llm_usage WHERE reported_cost_nano IS NOT NULL;
UPDATE llm_setting SET value = 'calculated' WHERE name = 'cost_mode';
SELECT tok_reprice('2000-01-01');
SELECT cost_nano FROM llm_usage WHERE reported_cost_nano IS NOT NULL;

-- A repeated response is recorded once.
INSERT INTO llm_usage(provider, model, response_id, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 'r1', 1, 1);
INSERT INTO llm_usage(provider, model, response_id, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 'r1', 1, 1);
SELECT count(*) FROM llm_usage WHERE response_id = 'r1';

-- Corrections.
UPDATE llm_usage SET output_tokens = 0 WHERE id = 1;
SELECT total_tokens, cost_nano FROM llm_usage WHERE id = 1;
UPDATE llm_usage SET cost_usd = 0.25 WHERE id = 1;
SELECT cost_nano FROM llm_usage WHERE id = 1;

-- What is refused.
INSERT INTO llm_usage(input_tokens) VALUES (-1);
INSERT INTO llm_usage(timestamp) VALUES ('soon');
INSERT INTO llm_usage(input_tokens, cache_read_tokens) VALUES (10, 11);
SELECT tok_reprice('soon');
SELECT tok_reprice(1, 2, 3);
SELECT tok_reprice(NULL);
CREATE VIEW v AS SELECT tok_init();
SELECT * FROM v;

-- What each view shows.
SELECT cid, name FROM pragma_table_info('llm_by_model') WHERE name IN ('model', 'share', 'cost_usd');
SELECT group_concat(name) FROM pragma_table_info('llm_metrics');
SELECT model, requests, cost_nano, round(share, 3) FROM llm_by_model;
SELECT requests, providers, models, cost_nano FROM llm_stats;
SELECT count(*) FROM llm_by_day;
SELECT name, value FROM llm_setting;
SELECT * FROM tok_audit('llm_usage');
SELECT count(*) FROM tok_audit('llm_counter');
SELECT count(*), tok_audit() FROM tok_audit(NULL);
SELECT '-- an empty response_id is none: nothing is taken for a repetition';
INSERT INTO llm_usage(provider, model, response_id, input_tokens, output_tokens)
VALUES ('p', 'm', '', 1, 1), ('p', 'm', '', 2, 2), (NULL, 'm', '', 3, 3), (NULL, 'm', '', 4, 4), ('p', 'm', '', 5, 5);
INSERT OR REPLACE INTO llm_usage(provider, model, response_id, input_tokens, output_tokens) VALUES ('p', 'm', '', 6, 6);
SELECT count(*), count(nullif(response_id, '')), sum(input_tokens) FROM llm_usage WHERE model = 'm' AND input_tokens < 7;
SELECT count(*) FROM tok_audit();
SELECT '-- a ledger without its table says so';
DROP TABLE llm_usage;
SELECT tok_init();
