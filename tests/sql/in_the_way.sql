.print -- what the application has of these names is its own: tok_init() leaves it and says so
CREATE TABLE llm_usage(id INTEGER PRIMARY KEY, who TEXT, what TEXT);
INSERT INTO llm_usage VALUES (1, 'a', 'b');
SELECT tok_init();
INSERT INTO llm_usage VALUES (2, 'c', 'd');
SELECT count(*), group_concat(name) FROM llm_usage, sqlite_schema;
DROP TABLE llm_usage;
CREATE VIEW LLM_By_Model AS SELECT 1 AS own;
SELECT tok_init();
SELECT own FROM llm_by_model;
DROP VIEW llm_by_model;
CREATE TABLE llm_setting(k, v);
SELECT tok_init();
DROP TABLE llm_setting;
CREATE TABLE app(a);
CREATE TRIGGER llm_usage_fill AFTER INSERT ON app BEGIN SELECT 1; END;
SELECT tok_init();
DROP TRIGGER llm_usage_fill;
.print -- other names that begin so are nobody's
CREATE TABLE llm_prompts(a);
CREATE VIEW llm_costs AS SELECT 2 AS own;
SELECT tok_init() > 0, tok_init() > 0, (SELECT own FROM llm_costs);
