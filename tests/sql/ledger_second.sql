-- A time belongs to the second that it is in, whoever reads it: before 3.46, SQLite's strftime
-- takes 23:59:59.9996 for the next day, later it does not, and a file may meet both.
SELECT tok_init() > 0;
SELECT tok_quota_set('day', '{"tenant_id":"t","metric":"total","limit":90,"period":"day","action":"block"}', '2026-01-01') > 0;
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES
  ('2026-01-31T23:59:59.9996', 't', 'gpt-4o', 10, 1), ('2026-01-31 23:59:59.999612345Z', 't', 'gpt-4o', 10, 1),
  ('2026-01-31T23:59:59.9994', 't', 'gpt-4o', 10, 1), ('2026-02-01T01:59:59.999999+02:00', 't', 'gpt-4o', 10, 1),
  ('2026-01-31T23:59:59.123456Z', 't', 'gpt-4o', 10, 1), ('2026-01-31T12:00:00', 't', 'gpt-4o', 10, 1);
UPDATE llm_usage SET timestamp = '2026-01-31T23:59:59.9998Z' WHERE id = 6;
INSERT INTO tok_responses(response, tenant_id, timestamp) VALUES
  ('{"model":"gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":1}}', 't', '2026-01-31T23:59:59.9999Z'),
  ('{"model":"gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":1}}', 't', '1769903999.9999');
.print -- the day is full
INSERT INTO llm_usage(timestamp, tenant_id, model, input_tokens, output_tokens) VALUES ('2026-01-31T23:59:59.9996', 't', 'gpt-4o', 10, 1);
SELECT id, timestamp, strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch') FROM llm_usage;
SELECT day, requests, total_tokens FROM llm_by_day;
SELECT date(start, 'unixepoch'), used FROM llm_counter WHERE used > 0;
SELECT key, requests FROM tok_report('day', '2026-01-31T23:59:59.9996', '2026-02-02');
.print -- many at once
SELECT tok_bulk_begin();
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES ('2026-02-01T23:59:59.9996', 'gpt-4o', 10, 1);
SELECT tok_bulk_end();
SELECT timestamp, date(unix_time, 'unixepoch') FROM llm_usage WHERE tenant_id IS NULL;
SELECT * FROM tok_audit();
PRAGMA integrity_check;
