-- Writers that budgets may not expect; test_writers.sh runs this with and without tok, with
-- recursive triggers and without. Whatever they do, counters and roll-ups are those of the ledger:
-- no line begins with `audit`.
.bail off
CREATE TEMP VIEW audit AS SELECT 'audit', * FROM llm_quota_audit;
CREATE TEMP VIEW waiting AS SELECT 'audit', 'waiting', count(*) FROM llm_quota_waiting HAVING count(*) > 0;
CREATE TEMP VIEW rows AS SELECT id, task_type, tenant_id, user_id, model, input_tokens, output_tokens, total_tokens FROM llm_usage;
INSERT INTO llm_quota(name, metric, limit_units, period, split_by, guard) VALUES('day', 'total', 1000, 'day', 'tenant_id', 'write');
INSERT INTO llm_quota(name, metric, limit_units, period, model, unpriced, guard) VALUES('nano', 'cost', 1000000, 'day', 'm*', 'allow', 'write');
INSERT INTO llm_quota(name, metric, limit_units, period, guard) VALUES('roll', 'total', 2000, 'rolling 24h', 'write');
INSERT INTO llm_quota(name, metric, limit_units, period, guard) VALUES('bucket', 'total', 3000, 'bucket 1h', 'write');

.print -- a cost that cost_usd does not take is refused whole, also where the statement says OR FAIL or OR IGNORE
INSERT OR FAIL INTO llm_usage(timestamp, model, tenant_id, input_tokens, cost_nano) VALUES('2026-01-01', 'q', 'a', 1, 9223372036854775807);
INSERT OR IGNORE INTO llm_usage(timestamp, model, tenant_id, input_tokens, cost_nano) VALUES('2026-01-01', 'q', 'a', 1, -9223372036854775808);
INSERT INTO llm_usage(id, timestamp, model, tenant_id, input_tokens, cost_nano) VALUES(1, '2026-01-01', 'm', 'a', 1, 5);
UPDATE OR FAIL llm_usage SET cost_nano = 9223372036854775807, model = 'q', tenant_id = 'b', input_tokens = 7 WHERE id = 1;
UPDATE OR IGNORE llm_usage SET cost_nano = 9223372036854775807, model = 'q2', tenant_id = 'c', input_tokens = 8 WHERE id = 1;
SELECT * FROM rows; SELECT * FROM audit; SELECT * FROM waiting;
DELETE FROM llm_usage;

.print -- triggers of an application that change the row that was written
CREATE TRIGGER app_retag AFTER INSERT ON llm_usage WHEN NEW.task_type = 'retag' BEGIN
  UPDATE llm_usage SET tenant_id = 'z', input_tokens = 50 WHERE id = NEW.id; END;
CREATE TRIGGER app_provider AFTER INSERT ON llm_usage WHEN NEW.task_type = 'lower' BEGIN
  UPDATE llm_usage SET provider = lower(provider) WHERE id = NEW.id; END;
CREATE TRIGGER app_follow AFTER UPDATE OF input_tokens ON llm_usage WHEN NEW.task_type = 'follow' BEGIN
  UPDATE llm_usage SET tenant_id = 'y' WHERE id = NEW.id; END;
CREATE TRIGGER app_revert AFTER UPDATE OF tenant_id ON llm_usage WHEN NEW.task_type = 'revert' AND NEW.tenant_id <> 'a' BEGIN
  UPDATE llm_usage SET tenant_id = 'a' WHERE id = NEW.id; END;
CREATE TRIGGER app_kill AFTER UPDATE OF tenant_id ON llm_usage WHEN NEW.task_type = 'kill' BEGIN
  DELETE FROM llm_usage WHERE id = NEW.id; END;
CREATE TRIGGER app_chain AFTER UPDATE OF total_tokens ON llm_usage WHEN NEW.task_type = 'chain' AND NEW.total_tokens < 100 BEGIN
  UPDATE llm_usage SET user_id = 'u' || NEW.total_tokens, total_tokens = 100 WHERE id = NEW.id; END;
CREATE TRIGGER app_ignore BEFORE UPDATE OF tenant_id ON llm_usage WHEN NEW.task_type = 'ignore' BEGIN SELECT RAISE(IGNORE); END;
CREATE TRIGGER app_gone AFTER INSERT ON llm_usage WHEN NEW.task_type = 'gone' BEGIN DELETE FROM llm_usage WHERE id = NEW.id; END;
INSERT INTO llm_usage(timestamp, provider, model, tenant_id, task_type, input_tokens, output_tokens, cost_nano)
SELECT '2026-01-01', 'P', 'm', 'a', column1, 10, 10, 100
FROM (VALUES('retag'), ('lower'), ('follow'), ('revert'), ('kill'), ('chain'), ('ignore'), ('gone'));
SELECT * FROM rows; SELECT * FROM audit;
UPDATE llm_usage SET input_tokens = input_tokens + 5; SELECT * FROM audit;
UPDATE llm_usage SET tenant_id = 'k', input_tokens = 3; SELECT * FROM audit;
UPDATE llm_usage SET tenant_id = 'l'; SELECT * FROM audit;
UPDATE llm_usage SET timestamp = '2026-01-02', output_tokens = 77; SELECT * FROM audit;
SELECT * FROM rows; SELECT * FROM waiting;
INSERT OR REPLACE INTO llm_usage(id, timestamp, provider, model, tenant_id, task_type, input_tokens, output_tokens, cost_nano)
SELECT id, timestamp, 'P', model, 'w', task_type, 5, 5, cost_nano FROM llm_usage;
SELECT * FROM rows; SELECT * FROM audit; SELECT * FROM waiting;
DROP TRIGGER app_retag; DROP TRIGGER app_provider; DROP TRIGGER app_follow; DROP TRIGGER app_revert; DROP TRIGGER app_kill;
DROP TRIGGER app_chain; DROP TRIGGER app_ignore; DROP TRIGGER app_gone;

.print -- numbers beyond 64 bits
INSERT OR IGNORE INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) VALUES('2027-01-01', 'a', 9223372036854775807, 9223372036854775807);
UPDATE OR FAIL llm_usage SET input_tokens = 9223372036854775807, output_tokens = 9223372036854775807, tenant_id = 'o';
UPDATE OR IGNORE llm_usage SET input_tokens = 9223372036854775807, output_tokens = 9223372036854775807, tenant_id = 'o';
SELECT count(*) FROM llm_usage WHERE tenant_id = 'o'; SELECT * FROM audit; SELECT * FROM waiting;

.print -- a statement of several rows that crosses the limit in its middle is refused whole, whatever it says OR
DELETE FROM llm_usage;
INSERT OR FAIL INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) SELECT '2026-05-01', 'm', 300, 0 FROM (VALUES(1), (2), (3), (4));
INSERT OR IGNORE INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) SELECT '2026-05-01', 'm', 300, 0 FROM (VALUES(1), (2), (3), (4));
INSERT OR REPLACE INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) SELECT '2026-05-01', 'm', 300, 0 FROM (VALUES(1), (2), (3), (4));
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) SELECT '2026-05-01', 'm', 300, 0 FROM (VALUES(1), (2), (3));
UPDATE OR FAIL llm_usage SET output_tokens = 100;
SELECT count(*), sum(total_tokens) FROM llm_usage; SELECT * FROM audit;
BEGIN; SAVEPOINT one; UPDATE llm_usage SET tenant_id = 'n', output_tokens = 33; ROLLBACK TO one;
INSERT OR ROLLBACK INTO llm_usage(timestamp, tenant_id, input_tokens) VALUES('2026-05-01', 'm', 101);
SELECT count(*), sum(total_tokens) FROM llm_usage WHERE tenant_id = 'm'; SELECT * FROM audit; SELECT * FROM waiting;
ROLLBACK;

.print -- a credit, a row of a negative cost, makes room in its period; tokens cannot be negative
INSERT INTO llm_usage(id, timestamp, model, cost_nano) VALUES(50, '2026-06-01', 'm', 900000), (51, '2026-06-01', 'm', -300000);
INSERT INTO llm_usage(id, timestamp, model, cost_nano) VALUES(52, '2026-06-02', 'm', 1000001);
INSERT INTO llm_usage(id, timestamp, model, cost_nano) VALUES(52, '2026-06-01', 'm', 400001);
INSERT INTO llm_usage(id, timestamp, model, cost_nano) VALUES(52, '2026-06-01', 'm', 400000);
INSERT INTO llm_usage(timestamp, tenant_id, total_tokens) VALUES('2026-06-01', 'm', -1);
SELECT used FROM llm_counter WHERE quota_id = 2 AND start = unixepoch('2026-06-01');
.print -- to lower it, or to move it to another day, is to spend; to take it away is a DELETE, which is never refused
UPDATE llm_usage SET cost_nano = -299999 WHERE id = 51;
UPDATE llm_usage SET timestamp = '2026-06-03' WHERE id = 51;
DELETE FROM llm_usage WHERE id = 51;
SELECT used FROM llm_counter WHERE quota_id = 2 AND start = unixepoch('2026-06-01');
INSERT INTO llm_usage(timestamp, model, cost_nano) VALUES('2026-06-01', 'm', -1);
INSERT INTO llm_usage(timestamp, model, cost_nano) VALUES('2026-06-01', 'm', 1);
SELECT count(*) FROM llm_usage WHERE timestamp = '2026-06-01'; SELECT * FROM audit;

.print -- a second ledger, attached
ATTACH ':memory:' AS other;
CREATE TABLE other.llm_usage(id INTEGER PRIMARY KEY, tenant_id TEXT, input_tokens INTEGER);
INSERT INTO other.llm_usage SELECT id, tenant_id, 10 FROM main.llm_usage;
UPDATE other.llm_usage SET tenant_id = 'x';
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) SELECT '2026-07-01', tenant_id, input_tokens, 0 FROM other.llm_usage;
SELECT count(*) FROM llm_usage WHERE timestamp = '2026-07-01'; SELECT * FROM audit;

.print -- holds: a limit that falls below what is held, another period, another way to count, a quota that is gone and there again
INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens, output_tokens) VALUES('h', unixepoch('2026-08-01'), unixepoch('2026-08-02'), 'h', 600, 100);
UPDATE llm_quota SET limit_units = 500 WHERE name = 'day';
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens) VALUES('2026-08-01', 'h', 1, 0);
INSERT INTO llm_usage(timestamp, tenant_id, input_tokens, output_tokens, request_id) VALUES('2026-08-01', 'h', 700, 50, 'h');
SELECT used, held FROM llm_counter WHERE quota_id = 1 AND key = 'h'; SELECT * FROM audit;
UPDATE llm_usage SET output_tokens = 51 WHERE request_id = 'h';
INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens) VALUES('i', unixepoch('2026-08-03'), unixepoch('2026-08-04'), 'h', 400);
UPDATE llm_quota SET period = 'week', split_by = 'user_id', metric = 'input' WHERE name = 'day'; SELECT * FROM audit;
UPDATE llm_hold SET state = 'released' WHERE ref = 'i'; SELECT * FROM audit;
INSERT INTO llm_hold(ref, unix_time, expires, tenant_id, input_tokens) VALUES('j', unixepoch('2026-08-10'), unixepoch('2026-08-11'), 'h', 400);
UPDATE llm_hold SET id = id + 100 WHERE ref = 'j';
UPDATE llm_hold SET rowid = rowid + 100 WHERE ref = 'j';
UPDATE llm_hold SET unix_time = 0 WHERE ref = 'j';
UPDATE OR REPLACE llm_hold SET ref = 'j' WHERE ref = 'i';
REPLACE INTO llm_hold(ref, unix_time, expires, input_tokens) VALUES('j', 0, 1, 1);
REPLACE INTO llm_hold(id, ref, unix_time, expires, input_tokens) SELECT id, 'k', 0, 1, 1 FROM llm_hold WHERE ref = 'j';
UPDATE llm_hold SET tenant_id = 'q', input_tokens = 1 WHERE ref = 'j';
SELECT ref, state FROM llm_hold; SELECT * FROM audit;
REPLACE INTO llm_quota(name, metric, limit_units, period, split_by, guard) VALUES('day', 'total', 500, 'day', 'tenant_id', 'write'); SELECT * FROM audit;
DELETE FROM llm_hold WHERE ref = 'j'; SELECT * FROM audit;
DELETE FROM llm_quota WHERE name = 'day'; INSERT INTO llm_quota(name, metric, limit_units, period) VALUES('day', 'total', 500, 'day'); SELECT * FROM audit;

.print -- a clock that goes back, rows of a period that is over: each counts in its own, none changes another's
INSERT INTO llm_usage(timestamp, input_tokens, output_tokens) VALUES('2026-09-10', 400, 0), ('2026-09-09', 500, 0), ('2026-09-08', 1, 0);
INSERT INTO llm_usage(timestamp, input_tokens, output_tokens) VALUES('2026-09-09', 1, 0);
INSERT INTO llm_usage(timestamp, input_tokens, output_tokens) VALUES('2026-09-10', 100, 0);
DELETE FROM llm_usage WHERE timestamp < '2026-09-10';
SELECT date(start, 'unixepoch'), used FROM llm_counter WHERE quota_id = (SELECT id FROM llm_quota WHERE name = 'day') AND used <> 0;
PRAGMA foreign_keys = ON;
UPDATE llm_usage SET tenant_id = 'q', id = id + 1000; SELECT * FROM audit; SELECT * FROM waiting;

.print -- an id under its other names, which no trigger of UPDATE OF id hears of
DELETE FROM llm_usage;
INSERT INTO llm_usage(id, timestamp, tenant_id, input_tokens, output_tokens)
VALUES(2001, '2026-10-01', 'r', 10, 0), (2002, '2026-10-01', 'r', 20, 0), (2003, '2026-10-01', 'r', 40, 0), (2004, '2026-10-01', 'r', 80, 0);
UPDATE OR REPLACE llm_usage SET rowid = 2002 WHERE id = 2001; SELECT * FROM audit;
UPDATE OR REPLACE llm_usage SET oid = 2003 WHERE id = 2002; SELECT * FROM audit;
UPDATE OR REPLACE llm_usage SET _rowid_ = 2004 WHERE id = 2003; SELECT * FROM audit;
UPDATE llm_usage SET rowid = 1; SELECT * FROM audit; SELECT * FROM waiting;
SELECT * FROM rows;
