-- Usage logs into the ledger. tok_import reads files and tok_import_text the same from a text.
CREATE TEMP VIEW v AS SELECT timestamp AS at, provider, model, input_tokens AS i, output_tokens AS o, cache_read_tokens AS r,
  cache_write_tokens AS w, reasoning_tokens AS t, response_id AS id, cost_nano FROM llm_usage ORDER BY llm_usage.id;
CREATE TEMP TABLE log(name TEXT, text TEXT);

-- Claude Code: the last of the lines of one message has all its tokens; a broken line does not lose
-- the others.
INSERT INTO log VALUES('claude', '{"type":"summary","summary":"about \"gen_ai.\" and \"resourceSpans\"","leafUuid":"x"}
{"parentUuid":null,"type":"user","message":{"role":"user","content":"hi"},"uuid":"u1","timestamp":"2026-01-05T10:00:00.000Z","sessionId":"s1"}
{"parentUuid":"u1","type":"assistant","message":{"id":"msg_01A","model":"claude-sonnet-4-20250514","content":[],"usage":{"input_tokens":4,"cache_creation_input_tokens":1000,"cache_read_input_tokens":9000,"output_tokens":1}},"requestId":"req_1","timestamp":"2026-01-05T10:00:03.000Z","sessionId":"s1"}
{"parentUuid":"u1","type":"assistant","message":{"id":"msg_01A","model":"claude-sonnet-4-20250514","content":[],"usage":{"input_tokens":4,"cache_creation_input_tokens":1000,"cache_read_input_tokens":9000,"output_tokens":120}},"requestId":"req_1","timestamp":"2026-01-05T10:00:04.000Z","sessionId":"s1"}
{"broken
{"parentUuid":"u1","type":"assistant","message":{"id":"x","model":"<synthetic>","usage":{"input_tokens":0,"output_tokens":0}},"timestamp":"2026-01-05T10:00:05.000Z","sessionId":"s1"}
');
SELECT tok_import_text(text) FROM log WHERE name = 'claude';
SELECT tok_import_text(text, 'claude-code') FROM log WHERE name = 'claude';
SELECT *, (SELECT session_id || ' ' || request_id FROM llm_usage) FROM v;
DELETE FROM llm_usage;

-- Codex: what is new in the session's sums; the same sums again are the same request.
INSERT INTO log VALUES('codex', '{"timestamp":"2026-01-02T00:00:00.000Z","type":"session_meta","payload":{"id":"sess-9","cwd":"/x"}}
{"timestamp":"2026-01-02T00:00:01.000Z","type":"turn_context","payload":{"cwd":"/x","model":"gpt-5-codex"}}
{"timestamp":"2026-01-02T00:00:02.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":10,"total_tokens":1050},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":10,"total_tokens":1050},"model_context_window":272000}}}
{"timestamp":"2026-01-02T00:00:03.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":10,"total_tokens":1050},"last_token_usage":{"input_tokens":1000,"cached_input_tokens":200,"output_tokens":50,"reasoning_output_tokens":10,"total_tokens":1050}}}}
{"timestamp":"2026-01-02T00:00:09.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":3000,"cached_input_tokens":1200,"output_tokens":150,"reasoning_output_tokens":20,"total_tokens":3150}}}}
{"timestamp":"2026-01-02T00:00:09.000Z","type":"event_msg","payload":{"type":"token_count","info":null}}
');
SELECT tok_import_text(text) FROM log WHERE name = 'codex';
SELECT tok_import_text(text) FROM log WHERE name = 'codex';
SELECT * FROM v;
SELECT DISTINCT session_id, context_limit FROM llm_usage;
DELETE FROM llm_usage;

-- OpenTelemetry: OTLP, and spans as an SDK prints them. A span that sums up the spans below it does
-- not count.
INSERT INTO log VALUES('otlp', '{
 "resourceSpans": [{"resource": {"attributes": [{"key": "tenant.id", "value": {"stringValue": "acme"}}]},
  "scopeSpans": [{"spans": [
   {"traceId": "t1", "spanId": "a1", "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225605000000000",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}}, {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "127"}}]},
   {"traceId": "t1", "spanId": "a0", "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225605000000000",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_workflow"}}, {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "127"}}]},
   {"traceId": "t1", "spanId": "a2", "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225601250000000",
    "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}, {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
     {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}}, {"key": "gen_ai.response.model", "value": {"stringValue": "gpt-4o-2024-08-06"}},
     {"key": "gen_ai.response.id", "value": {"stringValue": "chatcmpl-1"}}, {"key": "user.id", "value": {"stringValue": "u7"}},
     {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "120"}}, {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "30"}}]},
   {"traceId": "t1", "spanId": "a3", "startTimeUnixNano": "1767225602000000000", "endTimeUnixNano": "1767225603000000000",
    "attributes": [{"key": "gen_ai.system", "value": {"stringValue": "openai"}}, {"key": "gen_ai.request.model", "value": {"stringValue": "text-embedding-3-small"}},
     {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "7000"}}]}]}]}]
}'), ('span', '{"name":"chat","context":{"trace_id":"0x1","span_id":"0x2"},"start_time":"2026-01-01T00:00:00.250Z","end_time":"2026-01-01T00:00:01.500Z","attributes":{"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":5,"gen_ai.usage.output_tokens":6,"session.id":"s"}}');
SELECT tok_import_text(text) FROM log WHERE name = 'otlp';
SELECT tok_import_text(text) FROM log WHERE name = 'span';
SELECT * FROM v;
SELECT tenant_id, user_id, session_id, task_type, request_model, request_id, response_time_ms FROM llm_usage;
DELETE FROM llm_usage;

-- LiteLLM: its spend is what the provider reports.
INSERT INTO log VALUES('litellm', '[{"request_id":"chatcmpl-99","call_type":"acompletion","api_key":"88dc28","spend":0.00123,"total_tokens":150,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:00.500000+00:00","endTime":"2026-01-03T10:00:02.000000+00:00","model":"gpt-4o","model_group":"my-gpt","custom_llm_provider":"azure","user":"u9","team_id":"t5","request_tags":["a","b"],"session_id":"s","status":"success","metadata":{"usage_object":{"prompt_tokens":120,"completion_tokens":30,"prompt_tokens_details":{"cached_tokens":64}}}},
 {"request_id":"chatcmpl-98","prompt_tokens":"x","spend":1,"startTime":"2026-01-03T10:00:00Z","model":"m"},
 {"request_id":"chatcmpl-97","spend":0.0,"prompt_tokens":1,"completion_tokens":2,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o","request_tags":"[\"x\"]"}]');
SELECT tok_import_text(text) FROM log WHERE name = 'litellm';
SELECT tok_import_text(text) FROM log WHERE name = 'litellm';
SELECT * FROM v;
SELECT tenant_id, user_id, api_key_id, task_type, request_model, tags, response_time_ms, reported_cost_nano FROM llm_usage;
DELETE FROM llm_usage;

-- Other agents.
SELECT tok_import_text('{"sessionId":"g1","startTime":"2026-01-01T00:00:00Z","messages":[{"id":"m0","type":"user","content":"hi"},
 {"id":"m1","timestamp":"2026-01-01T00:00:05Z","type":"gemini","model":"gemini-2.5-pro","tokens":{"input":100,"output":20,"cached":40,"thoughts":7,"tool":3,"total":130}}]}');
SELECT tok_import_text('{"uuid":"q1","sessionId":"s","type":"assistant","timestamp":"2026-01-01T00:00:05Z","model":"qwen3-coder-plus","usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"cachedContentTokenCount":2,"thoughtsTokenCount":1,"totalTokenCount":15}}');
SELECT tok_import_text('{"id":"msg_1","sessionID":"ses_1","role":"assistant","modelID":"claude-sonnet-4","providerID":"anthropic","cost":0.0125,"time":{"created":1767225600123,"completed":1767225601623},"tokens":{"input":3,"output":50,"reasoning":5,"cache":{"read":1000,"write":10}}}');
SELECT tok_import_text('{"id":"T-1","messages":[{"role":"user"},{"role":"assistant","messageId":1,"usage":{"timestamp":"2026-01-01T00:00:06Z","model":"claude-sonnet-4","inputTokens":5,"outputTokens":6,"cacheReadInputTokens":7,"cacheCreationInputTokens":8}}]}', 'amp');
SELECT tok_import_text('{"type":"message","id":"p1","timestamp":"2026-01-01T00:00:07Z","message":{"role":"assistant","provider":"anthropic","model":"claude-sonnet-4","usage":{"input":1,"output":2,"cacheRead":3,"cacheWrite":4,"cost":{"total":0.5}}}}', 'pi');
SELECT * FROM v;
DELETE FROM llm_usage;

-- Responses, one a line; a batch wraps them.
SELECT tok_import_text('{"id":"chatcmpl-a","created":1767225600,"model":"gpt-4o","usage":{"prompt_tokens":3,"completion_tokens":4}}
{"id":"batch_req_1","custom_id":"row-1","response":{"status_code":200,"body":{"id":"chatcmpl-b","created":1767225601,"model":"gpt-4o-mini","usage":{"prompt_tokens":5,"completion_tokens":6}}}}
', 'responses');
SELECT *, (SELECT service_tier || ' ' || request_id FROM llm_usage WHERE service_tier IS NOT NULL) FROM v;
DELETE FROM llm_usage;

-- CSV: usual names of columns; quoted fields; equal rows stay two; bad rows are listed with their
-- lines.
INSERT INTO log VALUES('csv', 'TIMESTAMP,ContextTokens,GeneratedTokens,note
2023-11-16 18:17:03.9799600,4808,10,"a, ""quoted""
thing"
2023-11-16 18:17:04.0319600,3180,8,
2023-11-16 18:17:04.0319600,3180,8,
2023-11-16 18:17:05,-1,8,
2023-11-16 18:17:05,1
2023-11-16 18:17:05,1,2,3,4
yesterday,1,2,
1700158625.5,1,2,5" wide
,1,2,
');
SELECT tok_import_text(text, 'csv', '{"set":{"model":"gpt-4o","provider":"azure"},"columns":{"note":"task_type"}}') FROM log WHERE name = 'csv';
SELECT tok_import_text(text, NULL, '{"set":{"model":"gpt-4o","provider":"azure"}}') FROM log WHERE name = 'csv';
-- The log has grown: only what is new.
SELECT tok_import_text(text || '2023-11-16 19:00:00,7,8,new' || char(10), '', '{"set":{"model":"gpt-4o","provider":"azure"}}') FROM log WHERE name = 'csv';
SELECT at, provider, model, i, o, cost_nano FROM v;
SELECT task_type FROM llm_usage;
DELETE FROM llm_usage;
SELECT tok_import_text('Time;Model Name;Prompt Tokens;Completion Tokens;Cost
1767225600;gpt-4o;10;20;0.25
1767225600000;gpt-4o;NULL;20;
');
SELECT * FROM v;
DELETE FROM llm_usage;

-- Objects named as the ledger's columns, as tok_export writes them.
SELECT tok_import_text('{"timestamp":"2026-01-01T00:00:00Z","provider":"openai","model":"gpt-4o","input_tokens":1,"output_tokens":2,"cost_usd":0.5,"tags":{"a":[1]},"user":"J\u00f6rg \ud83d\ude00"}
{"timestamp":"2026-01-01T00:00:00Z","tenant":"t","prompt_tokens":1e2,"completion_tokens":2.0,"tags":"{\"b\":1}"}
{"timestamp":"2026-01-01T00:00:00Z","input_tokens":1.5}
{"input_tokens":1}
', 'jsonl');
SELECT at, i, o, cost_nano, (SELECT group_concat(coalesce(user_id, '-') || tags) FROM llm_usage) FROM v;

-- What is wrong is said.
SELECT tok_import_text(NULL) IS NULL;
SELECT tok_import_text('');
SELECT tok_import_text('hello');
SELECT tok_import_text('{"a":1}');
SELECT tok_import_text('{"a":1}', 'xml');
SELECT tok_import_text('x', 'llm');
SELECT tok_import_text('a,b
1,2', 'csv');
SELECT tok_import_text('{}', 'jsonl', '{"colums":{}}');
SELECT tok_import_text('{}', 'jsonl', '{"columns":{"a":"b"}}');
SELECT tok_import_text('{}', 'jsonl', '{"set":{"model":null}}');
SELECT tok_import_text('{}', 'jsonl', '[');
SELECT tok_import_text();
SELECT tok_import('no-such-file');
SELECT tok_import_text('[{"input_tokens":1,"timestamp":"2026-01-01"},{"input_tokens":', 'jsonl');
CREATE VIEW w AS SELECT tok_import_text('x');
SELECT * FROM w;
SELECT '-- columns as the consoles of providers name them: what was cached is not paid in full';
DELETE FROM llm_usage;
SELECT tok_import_text('start_time,model,input_tokens,output_tokens,input_cached_tokens
1767225600,gpt-4o,1000,200,300
') ->> 'imported', tok_import_text('generation_id,created_at,tokens_prompt,tokens_completion,tokens_reasoning,tokens_cached,model_permaslug,provider_name,generation_time_ms
gen-1,2026-01-01 00:00:01,1000,200,150,300,gpt-4o,OpenAI,900
') ->> 'imported';
SELECT response_id, provider, model, cache_read_tokens, reasoning_tokens, response_time_ms, cost_nano FROM llm_usage ORDER BY timestamp;
SELECT '-- Qwen Code as it is: parentUuid and message are there as in Claude Code';
DELETE FROM llm_usage;
SELECT tok_import_text('{"uuid":"q0","parentUuid":null,"sessionId":"s","timestamp":"2026-01-01T00:00:00Z","type":"user","message":{"role":"user","parts":[{"text":"hi"}]}}
{"uuid":"q1","parentUuid":"q0","sessionId":"s","timestamp":"2026-01-01T00:00:05Z","type":"assistant","model":"qwen3-coder-plus","message":{"role":"model","parts":[]},"usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4,"totalTokenCount":14}}
');
SELECT tok_import_text('{"uuid":"q0","parentUuid":null,"sessionId":"s","timestamp":"2026-01-01T00:00:00Z","type":"user","message":{"role":"user","parts":[{"text":"hi"}]}}') ->> 'format',
  tok_import_text('{"parentUuid":null,"isSidechain":false,"type":"user","message":{"role":"user","content":"parts"},"uuid":"u1","timestamp":"2026-01-05T10:00:00.000Z","sessionId":"s1","toolUseResult":{"parts":[],"usageMetadata":{}}}') ->> 'format';
SELECT '-- empty fields at the ends of a row of tabs, blanks around numbers, a blank line before the header';
DELETE FROM llm_usage;
SELECT tok_import_text('time' || char(9) || 'model' || char(9) || 'prompt tokens' || char(9) || 'completion tokens' || char(9) || 'tenant' || char(10)
  || '2026-01-05T10:00:00Z' || char(9) || 'gpt-4o' || char(9) || '7' || char(9) || '3' || char(9) || char(13) || char(10)) ->> 'imported',
  tok_import_text('tenant' || char(9) || 'ts' || char(9) || 'input_tokens' || char(9) || 'user' || char(10) || char(9) || '1767225600' || char(9) || '8' || char(9) || char(10)) ->> 'imported',
  tok_import_text('
timestamp, model, input_tokens, output_tokens, tenant_id
2026-01-06T10:00:00Z, gpt-4o, 5 , 2 , b ') ->> 'imported';
SELECT quote(tenant_id), quote(user_id), model, input_tokens, output_tokens FROM llm_usage ORDER BY id;
