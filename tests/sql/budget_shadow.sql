-- Temporary tables of the names of a budget's own are the application's: nothing is read from them,
-- nothing written to them.
SELECT tok_init() > 4;
CREATE TEMP TABLE llm_quota(id, name, metric); INSERT INTO temp.llm_quota VALUES (1, 'g', 'cost');
CREATE TEMP TABLE llm_counter AS SELECT 1 AS quota_id, 'ann' AS key, 1768089600 AS start, 1000 AS used, 0 AS held;
CREATE TEMP TABLE llm_grant AS SELECT 1 AS id, 1 AS quota_id, 'ann' AS key, 1000000 AS units, 0 AS used, 0 AS priority, 0 AS since, 9999999999 AS until;
CREATE TEMP TABLE llm_grant_use AS SELECT 1 AS quota_id, 'ann' AS key, 1768089600 AS start, 1 AS grant_id, 1000000 AS units;
CREATE TEMP TABLE llm_quota_override AS SELECT 1 AS quota_id, 'ann' AS key, 9 AS limit_units, 0 AS since, 9999999999 AS until;
CREATE TEMP TABLE llm_calendar AS SELECT 'day@Europe/Berlin' AS calendar, 0 AS start, 9999999999 AS stop;
CREATE TEMP TABLE llm_hold(ref, state); INSERT INTO temp.llm_hold VALUES ('r1', 'settled');
CREATE TEMP TABLE llm_hold_item(hold_id); CREATE TEMP TABLE llm_alert(id); CREATE TEMP TABLE llm_setting(name, value);
CREATE TEMP TABLE llm_meta(key, value); INSERT INTO temp.llm_meta VALUES ('repricing', 1);
SELECT tok_quota_set('g', '{"metric":"input","limit":100,"period":"day","split_by":"user_id","zone":"Europe/Berlin","rollover":50,"guard":"write"}', '2026-01-01') > 0;
SELECT tok_quota_grant('g', 'ann', 50, '2026-02-01', 'mine', 0, '2026-01-01');
SELECT tok_quota_check('{"user_id":"ann"}', '{"input":151}', '2026-01-11T12:00:00Z'), tok_quota_check('{"user_id":"ann"}', '{"input":150}', '2026-01-11T12:00:00Z');
SELECT json_extract(tok_quota_explain('{"user_id":"ann"}', '{"input":1}', '2026-01-11T12:00:00Z'), '$[0].limit', '$[0].used', '$[0].starts_at');
SELECT tok_quota_reserve('r1', '{"user_id":"ann"}', '{"input":100}', 600, '2026-01-11T12:00:00Z');
SELECT tok_quota_settle('r1', '{"input_tokens":90,"output_tokens":1}', '2026-01-11T12:00:00Z');
INSERT INTO main.llm_usage(timestamp, user_id, input_tokens) VALUES ('2026-01-11T12:00:00Z', 'ann', 61);
INSERT INTO main.llm_usage(timestamp, user_id, input_tokens) VALUES ('2026-01-11T12:00:00Z', 'ann', 60);
UPDATE main.llm_usage SET input_tokens = input_tokens + 1 WHERE id = 1;
SELECT key, used, held, allowed FROM main.llm_counter;
SELECT units, used FROM main.llm_grant; SELECT units FROM main.llm_grant_use;
SELECT * FROM main.llm_quota_audit;
SELECT count(*), sum(used) FROM temp.llm_counter; SELECT sum(units) FROM temp.llm_grant_use; SELECT * FROM temp.llm_hold;
