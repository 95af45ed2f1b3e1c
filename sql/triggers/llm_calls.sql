-- What happens to a row of llm_usage, as calls: an INSERT into one of these views runs the INSTEAD
-- OF triggers that roll-ups (llm_rollup.sql), quotas (llm_quota_usage.sql) and the ledger itself
-- (llm_usage.sql) have on it. They have no rows.
--
-- Each trigger of llm_usage costs every INSERT or UPDATE: SQLite makes room for its whole body, and
-- what its body mentions of OLD and NEW is read, before it looks at the condition. So there are
-- few, whose conditions look at one row (llm_rollup_state) and whose bodies are one call each; what
-- is seldom needed is here.

-- A row that was inserted and needs more than its total.
DROP VIEW IF EXISTS main.llm_usage_arrival;
CREATE VIEW main.llm_usage_arrival({usage_keys:}, {usage_amounts:}, request_id, unix_time) AS
SELECT {usage_keys:}, {usage_amounts:}, request_id, unix_time FROM llm_usage WHERE false;

-- An UPDATE is at most two events, because reading a row's old texts is dear and only the second
-- needs them: where it is now, its amounts are others; and it went from one place to another. Sums
-- are linear: a move with the old amounts and a change of amounts are what happened, in whatever
-- order they come.
DROP VIEW IF EXISTS main.llm_usage_amount;
CREATE VIEW main.llm_usage_amount({usage_keys:}, {row_amounts:}, {row_amounts:old_}, unix_time, old_id) AS
SELECT {usage_keys:}, {row_amounts:}, {row_amounts:}, unix_time, id FROM llm_usage WHERE false;

DROP VIEW IF EXISTS main.llm_usage_move;
CREATE VIEW main.llm_usage_move({usage_keys:old_}, {row_amounts:old_}, {usage_keys:}, {row_amounts:}) AS
SELECT {usage_keys:}, {row_amounts:}, {usage_keys:}, {row_amounts:} FROM llm_usage WHERE false;

-- An INSERT (own_id is NULL) or UPDATE (of row own_id) that may take other rows away, because it is
-- a REPLACE.
DROP VIEW IF EXISTS main.llm_usage_in_the_way;
CREATE VIEW main.llm_usage_in_the_way(id, own_id, provider, response_id) AS
SELECT id, id, provider, response_id FROM llm_usage WHERE false;

-- An INSERT of a response_id that is there already.
DROP VIEW IF EXISTS main.llm_usage_same_response;
CREATE VIEW main.llm_usage_same_response(provider, response_id) AS
SELECT provider, response_id FROM llm_usage WHERE false;

-- A cost that was set: nano is 1 where cost_nano was.
DROP VIEW IF EXISTS main.llm_usage_cost_set;
CREATE VIEW main.llm_usage_cost_set(id, nano) AS SELECT id, 1 FROM llm_usage WHERE false;

-- Triggers and views of earlier versions.
DROP TRIGGER IF EXISTS main.llm_usage_fill_total;
DROP TRIGGER IF EXISTS main.llm_usage_fill_timestamp;
DROP TRIGGER IF EXISTS main.llm_usage_fill_cost_usd;
DROP TRIGGER IF EXISTS main.llm_usage_fill_cost_nano;
DROP TRIGGER IF EXISTS main.llm_usage_cost_nano;
DROP TRIGGER IF EXISTS main.llm_usage_cost_usd;
DROP TRIGGER IF EXISTS main.llm_rollup_insert;
DROP TRIGGER IF EXISTS main.llm_rollup_update;
DROP TRIGGER IF EXISTS main.llm_quota_insert;
DROP TRIGGER IF EXISTS main.llm_quota_update;
DROP TRIGGER IF EXISTS main.llm_quota_move;
DROP TRIGGER IF EXISTS main.llm_quota_before_insert;
DROP TRIGGER IF EXISTS main.llm_quota_before_update;
DROP VIEW IF EXISTS main.llm_usage_given;
DROP VIEW IF EXISTS main.llm_usage_nano_set;
DROP VIEW IF EXISTS main.llm_usage_usd_set;
DROP VIEW IF EXISTS main.llm_rollup_moved;
DROP VIEW IF EXISTS main.llm_rollup_in_the_way;
