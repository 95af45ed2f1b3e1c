.print -- in a database without a ledger what reads it says what to do, and what writes it makes it
SELECT tok_audit();
SELECT * FROM tok_audit();
SELECT tok_rebuild();
SELECT tok_calibrate();
SELECT tok_forecast_alerts();
SELECT tok_analytics('acme', 30);
SELECT * FROM tok_blocks();
SELECT * FROM tok_export('csv');
SELECT tok_project('cost', 'day');
INSERT INTO tok_responses(response) VALUES ('{"usage":{"prompt_tokens":1,"completion_tokens":1}}');
SELECT tok_pricing_import('{}');
SELECT count(*) FROM sqlite_schema;
SELECT tok_reprice();
SELECT count(*) > 50 FROM sqlite_schema;
.print -- the sums that differ, as a number and as rows
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES ('2026-01-01', 'openai', 'gpt-4o', 10, 1);
SELECT count(*) FROM llm_by_model;
SELECT tok_audit(), tok_rebuild(), tok_audit();
UPDATE llm_rollup SET input_tokens = input_tokens + 1 WHERE dim = 'all' AND level = 0;
SELECT tok_audit(), count(*) FROM tok_audit();
SELECT tok_rebuild(), tok_audit();
