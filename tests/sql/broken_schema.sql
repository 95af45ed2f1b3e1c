-- What is broken in the rest of an application's schema is no reason for a ledger not to be made,
-- filled or brought up to date.
CREATE VIEW broken AS SELECT * FROM gone;
CREATE VIEW anothers AS SELECT function_of_another_extension(1) AS x;
CREATE TABLE note(x);
CREATE TRIGGER noted AFTER INSERT ON note BEGIN INSERT INTO gone VALUES (NEW.x); END;
CREATE TEMP TABLE llm_price(x);
CREATE TEMP VIEW llm_quota AS SELECT 1 AS x;
CREATE TABLE llm_usage(id INTEGER PRIMARY KEY, timestamp TEXT, provider TEXT, model TEXT, task_type TEXT, input_tokens INTEGER,
  output_tokens INTEGER, total_tokens INTEGER, cost_usd REAL, response_time_ms INTEGER, created_at TEXT);
INSERT INTO llm_usage VALUES (7, '2026-01-01T00:00:00Z', 'openai', 'gpt-4o', 'chat', 100, 10, 110, 0.5, 900, '2026-01-01');
SELECT tok_init() > 1;
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 1200, 350);
SELECT id, total_tokens, cost_nano FROM llm_usage;
SELECT tok_quota_set('day', '{"metric":"total","limit":5000,"period":"day"}') > 0;
INSERT INTO llm_usage(provider, model, input_tokens, output_tokens) VALUES ('openai', 'gpt-4o', 12000, 350);
SELECT requests, total_tokens FROM llm_stats;
SELECT count(*) FROM tok_audit();
SELECT name FROM sqlite_schema WHERE name IN ('broken', 'anothers', 'noted') ORDER BY 1;
