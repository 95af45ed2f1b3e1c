-- Real traffic, imported and reported: Azure's requests of 2023 and ServeGen's clients, prepared by
-- test_traces.sh.
SELECT tok_init() > 0;
SELECT tok_import('build/tmp/traces/code.csv', 'csv', '{"set":{"provider":"azure","model":"gpt-4o","task_type":"code"}}') ->> '$.imported';
SELECT tok_import('build/tmp/traces/conv.csv', 'csv', '{"set":{"provider":"azure","model":"gpt-4o","task_type":"conversation"}}') ->> '$.imported';
SELECT tok_import('build/tmp/traces/servegen.csv') ->> '$.imported';
-- A second time.
SELECT tok_import('build/tmp/traces/servegen.csv') -> '$.imported', tok_import('build/tmp/traces/code.csv', 'csv', '{"set":{"provider":"azure"}}') -> '$.imported';
SELECT key, requests, input_tokens, output_tokens, CAST(round(cost_usd * 1e9) AS INTEGER) FROM tok_report('model', NULL, NULL) ORDER BY key;
SELECT key, requests, input_tokens, output_tokens FROM tok_report('task', '2023-01-01', '2024-01-01') ORDER BY key;
SELECT key, requests, input_tokens, output_tokens FROM tok_report('hour', '2023-11-16', '2023-11-17', 'Asia/Kolkata') ORDER BY key;
SELECT key, requests, input_tokens, output_tokens FROM tok_report('day', '1970-01-01', '1970-02-01') ORDER BY key;
SELECT count(*), sum(requests), sum(input_tokens), sum(output_tokens) FROM tok_report('user', '1970-01-01', '1970-02-01');
SELECT sum(requests), sum(input_tokens), sum(output_tokens) FROM llm_by_day;
SELECT sum(total_tokens) FROM tok_blocks(5);
