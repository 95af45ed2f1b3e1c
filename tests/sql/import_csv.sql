-- CSV as it comes: tables of other programs, decimal commas, what spreadsheets write.
.load build/tok
CREATE TEMP VIEW v AS SELECT timestamp AS at, provider, model, input_tokens AS i, output_tokens AS o, cost_usd AS usd,
  response_time_ms AS ms, value_usd AS v, response_id AS id FROM llm_usage;
-- LiteLLM's table of spend logs, out of its database: model_id is no model, and the response is
-- that of its JSON.
SELECT tok_import_text('request_id,call_type,api_key,spend,total_tokens,prompt_tokens,completion_tokens,startTime,model,model_id,model_group,custom_llm_provider,metadata,cache_hit
chatcmpl-1,acompletion,88dc,0.00123,150,120,30,2026-01-03 10:00:00.5,gpt-4o,4f2a,my-gpt,azure,"{""usage_object"": {""x"": 1}}",False
');
SELECT tok_import_text('{"request_id":"chatcmpl-1","spend":0.00123,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:00.5Z","model":"gpt-4o","custom_llm_provider":"azure"}') ->> '$.duplicates';
SELECT * FROM v;
SELECT request_model, task_type FROM llm_usage;
DELETE FROM llm_usage;
-- The column of that very name counts, before it and after it; where it is empty, the other does.
SELECT tok_import_text('time,modelId,model,model name,input tokens,prompt tokens
2026-01-05,a,gpt-4o,b,1,2
2026-01-05,a,,b,,3
') ->> '$.imported';
SELECT * FROM v;
DELETE FROM llm_usage;
-- Decimal commas where commas part no fields; what is a number of thousands or not cannot be told
-- of a count.
SELECT tok_import_text('sep=;
time;model;input tokens;output tokens;cost;latency ms;value
2026-01-05;gpt-4o;5;6;0,0065;12,4;1,5
2026-01-05;gpt-4o;5;6;1.234,50;"1.000,6";1
2026-01-05;gpt-4o;5;6;12.34,50;;
2026-01-05;gpt-4o;1.200;6;1;;
2026-01-05;gpt-4o;1;6;1,2,3;;
');
SELECT * FROM v;
DELETE FROM llm_usage;
SELECT tok_import_text('time,model,input tokens,cost' || char(10) || '2026-01-05,gpt-4o,5,"0,0065"');
-- Nothing is passed over in silence.
SELECT tok_import_text('time,model,tokens used' || char(10) || '2026-01-05,gpt-4o,5') ->> '$.bad';
SELECT tok_import_text('time,model,input_tokens' || char(13) || '2026-01-05,gpt-4o,5' || char(13)) ->> '$.bad';
SELECT tok_import_text(CAST(x'FFFE' || CAST('t' AS BLOB) || x'00' || CAST('ime,input_tokens' AS BLOB) || x'000A00' AS TEXT)) ->> '$.bad[0]';
DELETE FROM llm_usage;
-- A quote that opens a field and is not closed loses its own line only; rows that do go over lines
-- are rows.
CREATE TEMP TABLE csv(text);
INSERT INTO csv VALUES('time,model,input_tokens,output_tokens,response_id,session_id
2026-01-05,gpt-4o,1,1,a,s
2026-01-05,"gpt-4o,2,2,b,s
2026-01-05,gpt-4o,3,3,c,"s
t"
2026-01-05,gpt-4o,4,4,d,s

2026-01-05,gpt-4o,5,5,e,"s
2026-01-05,gpt-4o,6,6,f,s
2026-01-05,gpt-4o,x,6,g,s
');
SELECT tok_import_text(text) FROM csv;
SELECT tok_import_text(text || '2026-01-05,gpt-4o,7,7,h,s') ->> '$.imported' FROM csv;
SELECT group_concat(response_id || input_tokens || session_id, ' ') FROM llm_usage;
DELETE FROM llm_usage;
-- Nor do their ids depend on it, where they have none of their own.
UPDATE csv SET text = replace(text, 'response_id', 'no');
SELECT tok_import_text(text) ->> '$.imported' FROM csv;
SELECT tok_import_text(text || '2026-01-05,gpt-4o,7,7,h,s') ->> '$.imported' FROM csv;
-- What is no text says so, whatever it is called.
SELECT tok_import_text(CAST(x'1F8B0800000000000003' AS TEXT)), tok_import_text('');
SELECT tok_import_text(x'504B030414000000', 'csv');
SELECT tok_import_text(CAST(x'7B0022006100' AS TEXT), 'codex');
.print -- an empty id is none: such rows too are known the second time
CREATE TEMP TABLE empty_id(body TEXT);
INSERT INTO empty_id VALUES ('time,model,response_id,prompt tokens,completion tokens' || char(10) || '2027-01-05 11:30:00,gpt-4o,"",800,90' || char(10) || '2027-01-05 11:30:00,gpt-4o,,800,90' || char(10)),
  ('{"timestamp":"2027-01-06T11:30:00Z","provider":"openai","model":"gpt-4o","response_id":"","input_tokens":800,"output_tokens":90}' || char(10));
SELECT tok_import_text(body) ->> '$.imported', tok_import_text(body) ->> '$.duplicates' FROM empty_id;
SELECT count(*), min(length(response_id)) > 0 FROM llm_usage WHERE timestamp >= '2027';
