-- Every text file of this project counted, priced and recorded in three models, then three reports.
-- Run by sql/demo/demo.sh, which has loaded tok, called tok_init(), and put the files' names into
-- the table file. A text file is one without NUL bytes; it is recorded at the time of its last
-- change.
BEGIN;
INSERT INTO llm_usage(timestamp, provider, model, task_type, input_tokens, output_tokens, tags)
SELECT strftime('%Y-%m-%dT%H:%M:%SZ', f.mtime, 'unixepoch'), 'openai', m.model,
  CASE WHEN file.path GLOB '*.md' OR file.path GLOB '*LICENSE*' THEN 'documentation'
       WHEN file.path GLOB '*.tiktoken' OR file.path GLOB '*.json' OR file.path GLOB '*.t[sx][vt]' THEN 'data'
       WHEN file.path GLOB '*tests/*' THEN 'tests'
       WHEN file.path GLOB '*.sql' THEN 'sql'
       WHEN file.path GLOB '*.[ch]' THEN 'code'
       ELSE 'build' END,
  tok_count(m.model, f.data), 0, json_object('path', file.path)
FROM file JOIN fsdir(file.path) AS f
  JOIN (SELECT column1 AS model FROM (VALUES ('gpt-4o'), ('gpt-4'), ('text-davinci-003'))) AS m
WHERE f.data IS NOT NULL AND instr(f.data, x'00') = 0;
COMMIT;

.headers on
.mode box
SELECT printf('%,d', count(DISTINCT tags)) AS files, printf('%,d', count(*)) AS counts,
  printf('%,d', sum(input_tokens)) AS tokens, printf('%.4f', sum(cost_nano) / 1e9) AS cost_usd
FROM llm_usage;
.print
.print By model
.read sql/reports/by-model.sql
.print
.print By day
.read sql/reports/by-day.sql
.print
.print By task
.read sql/reports/by-task.sql
