-- What cannot be one request is refused: it would make sums over all requests leave 64 bits.
.load build/tok
SELECT tok_init() > 0;
.print -- at the limits
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens, response_time_ms, cost_usd) VALUES
  ('2026-01-01', 'm', 1000000000000, 1000000000000, 1000000000000, 1e7),
  ('2026-01-01', 'm', 1000000000000, 0, 0, -1e7);
SELECT requests, total_tokens, cost_usd FROM llm_stats;
.print -- beyond
INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 1000000000001, 0);
INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('gpt-4o', 9223372036854775807, 1), ('m', 1, 9223372036854775807);
INSERT INTO llm_usage(model, input_tokens, output_tokens) VALUES ('m', 0, 9223372036854775807);
INSERT INTO llm_usage(model, total_tokens) VALUES ('m', 2000000000001);
INSERT INTO llm_usage(model, response_time_ms) VALUES ('m', 1000000000001);
UPDATE llm_usage SET total_tokens = 9223372036854775807;
UPDATE llm_usage SET response_time_ms = 9223372036854775807;
.print -- many at once
SELECT tok_bulk_begin();
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES
  ('2026-01-01', 'm', 9223372036854775807, 0), ('2026-01-01', 'm', 1, 1);
SELECT tok_bulk_end();
ROLLBACK;
.print -- committed all the same: nobody can take it back, so it is kept apart when the ledger is opened next
SELECT tok_bulk_begin();
INSERT INTO llm_usage(timestamp, model, input_tokens, output_tokens) VALUES ('2026-01-01', 'm', 1, 1),
  ('2026-01-01', 'm', 9223372036854775807, 0);
COMMIT;
SELECT tok_init() > 0;
SELECT id, input_tokens, tags ->> '$.refused' FROM llm_usage WHERE tags ->> '$.refused' IS NOT NULL;
SELECT count(*) FROM llm_usage_beyond;
SELECT count(*) FROM tok_audit();
DELETE FROM llm_usage WHERE input_tokens = 1 OR input_tokens IS NULL;
SELECT count(*), max(input_tokens) FROM llm_usage;
.print -- every view answers
SELECT count(*) FROM llm_by_model;
SELECT count(*) FROM llm_by_hour;
SELECT count(*) FROM tok_audit();
