-- What another program took away of the schema is there again after tok_init(), and the sums are
-- right: a dump that knows no triggers of views, a table made anew without its triggers and
-- indexes.
.load build/tok
SELECT tok_init() > 0;
SELECT tok_quota_set('q', '{"metric":"total","limit":1000000,"period":"lifetime"}') > 0;
CREATE TEMP TABLE before AS SELECT type, name, sql FROM main.sqlite_schema;
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES ('2026-01-01', 'gpt-4o', 1, 1), ('2026-01-02', 'gpt-4o', 2, 2);
SELECT tok_rebuild();
DROP TRIGGER llm_usage_moved;
DROP TRIGGER llm_usage_amounts;
DROP TRIGGER llm_rollup_delete;
DROP INDEX llm_usage_by_time;
DROP INDEX llm_rollup_in_time;
DROP INDEX llm_price_key;
DROP VIEW llm_usage_in_the_way;
DROP VIEW llm_by_model;
UPDATE llm_usage SET input_tokens = 100 WHERE id = 1;
DELETE FROM llm_usage WHERE id = 2;
SELECT count(*) > 0 FROM tok_audit();
SELECT tok_init() > 0;
SELECT count(*) FROM tok_audit();
SELECT type, name, sql FROM main.sqlite_schema EXCEPT SELECT * FROM before;
SELECT * FROM before EXCEPT SELECT type, name, sql FROM main.sqlite_schema;
SELECT model, requests, total_tokens FROM llm_by_model;
INSERT INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (1, 'gpt-4o', 5, 5) ON CONFLICT(id) DO UPDATE SET input_tokens = 7;
REPLACE INTO llm_usage(id, model, input_tokens, output_tokens) VALUES (1, 'gpt-4o', 5, 5);
SELECT requests, total_tokens FROM llm_stats;
SELECT count(*) FROM tok_audit();
-- What an application calls llm_… is its own.
CREATE TABLE llm_own(x);
CREATE VIEW llm_seen AS SELECT 1;
DROP TRIGGER llm_usage_fill;
SELECT tok_init() > 0;
DROP TABLE llm_own;
DROP VIEW llm_seen;
SELECT tok_init() > 0;
SELECT count(*) FROM sqlite_schema WHERE name IN ('llm_own', 'llm_seen');
-- A table cannot be made again.
DROP TABLE llm_price;
SELECT tok_init();
