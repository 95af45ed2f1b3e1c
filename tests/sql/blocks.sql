-- B1: a block starts at the hour of its first request and ends 5 hours later.
SELECT tok_init() > 0;
SELECT count(*) FROM tok_blocks();
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, cost_nano) VALUES
  ('2026-01-05T10:20:00Z', 'a', 100, 10, 1000000), ('2026-01-05T11:20:00Z', 'b', 200, 20, 2000000),
  ('2026-01-05T14:59:59Z', 'a', 300, 30, 3000000), ('2026-01-05T15:00:00Z', 'a', 400, 40, 4000000),
  ('2026-01-06T09:45:00Z', 'c', 500, 50, NULL), ('2026-01-06T10:15:00Z', 'c', 600, 60, 6000000);
SELECT start, "end", first_at, last_at, active, requests, input_tokens, output_tokens, total_tokens, cost_usd, models
  FROM tok_blocks(5, '2026-01-06T10:30:00Z');
-- B2, B3: the active block, its rates and where it is going: 1210 tokens in 30 minutes, 210 minutes
-- left.
SELECT active, round(tokens_per_min, 6), cost_per_hour, minutes_left, projected_tokens, projected_cost_usd
  FROM tok_blocks(5, '2026-01-06T10:30:00Z') WHERE active;
SELECT count(*) FROM tok_blocks(5, '2026-01-06T14:00:00Z') WHERE active;
SELECT start, requests FROM tok_blocks(24, 0);
SELECT start, requests, tokens_per_min FROM tok_blocks(1, 0);
-- Rows in the roll-up and in the tail, late rows, and rows that went away.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) SELECT 1767225600 + i * 1234 % 900000, 'm' || (i % 3), 1, 1 FROM n;
DELETE FROM llm_usage WHERE id % 3 = 0;
SELECT count(*) > 40, sum(requests) = (SELECT count(*) FROM llm_usage), sum(total_tokens) = (SELECT sum(total_tokens) FROM llm_usage) FROM tok_blocks();
SELECT count(*) FROM tok_blocks() AS b WHERE b.requests <> (SELECT count(*) FROM llm_usage AS u WHERE u.unix_time >= strftime('%s', b.start) + 0 AND u.unix_time < strftime('%s', b."end") + 0)
  OR b.first_at <> (SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(unix_time), 'unixepoch') FROM llm_usage AS u WHERE u.unix_time >= strftime('%s', b.start) + 0 AND u.unix_time < strftime('%s', b."end") + 0)
  OR substr(b.first_at, 1, 13) <> substr(b.start, 1, 13);
SELECT * FROM tok_blocks(0);
SELECT * FROM tok_blocks('five');
SELECT * FROM tok_blocks(5, 'later');

-- tok_analytics: the document.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, tenant_id, model, task_type, input_tokens, output_tokens, cost_nano) VALUES
  ('2026-01-05T10:20:00Z', 'acme', 'a', 'chat', 100, 10, 1500000), ('2026-01-06T23:20:00Z', 'acme', 'b', NULL, 200, 20, NULL),
  ('2026-01-06T23:40:00Z', 'acme', 'a', 'chat', 300, 30, 3000000), ('2026-01-06T10:00:00Z', 'other', 'a', 'chat', 1, 1, 1),
  ('2025-12-01T10:00:00Z', 'acme', 'a', 'chat', 1, 1, 1);
SELECT tok_analytics('acme', 7, '2026-01-07T00:00:00Z');
SELECT tok_analytics('*', 7, '2026-01-07') ->> '$.summary.totalTokens', tok_analytics('nobody', 7, '2026-01-07');
SELECT json_valid(tok_analytics('acme', 30)), tok_analytics(NULL, 7) IS NULL, tok_analytics('acme', NULL) IS NULL;
UPDATE llm_setting SET value = 'Asia/Tokyo' WHERE name = 'zone';
SELECT value ->> '$.date', value ->> '$.totalTokens' FROM json_each(tok_analytics('acme', 7, '2026-01-07'), '$.byDay');
SELECT tok_analytics('acme', 0);
SELECT tok_analytics('acme', 'week');
SELECT tok_analytics('acme', 7, 'soon');
SELECT tok_analytics('acme');
-- A task that is called unknown is one with those that have none; bytes that are not UTF-8 do not
-- get into the document.
DELETE FROM llm_usage;
INSERT INTO llm_usage(timestamp, tenant_id, model, task_type, input_tokens, output_tokens, cost_nano) VALUES
  ('2026-01-05', 'o''brien "x" \', CAST(x'61FFE282' AS TEXT), 'unknown', 1, 2, 3000), ('2026-01-05', 'o''brien "x" \', 'm', NULL, 10, 20, 30000),
  ('2026-01-05', 'o''brien "x" \', 'm', 'chat', 0, 0, 31000);
SELECT tok_analytics('o''brien "x" \', 7, '2026-01-07') -> '$.byService', tok_analytics('o''brien "x" \', 7, '2026-01-07') -> '$.byModel';
.print -- hours as text
SELECT (SELECT count(*) FROM tok_blocks('5')) = (SELECT count(*) FROM tok_blocks(5));
SELECT * FROM tok_blocks('x');
