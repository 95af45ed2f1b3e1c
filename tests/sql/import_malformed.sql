-- Every format takes what is good around what is broken, says the lines, and does not lose the
-- others. In each log: a good record, a line cut short, counts that are no counts, a scalar in
-- place of an object, and a good record at the end.
SELECT tok_init() > 0;
CREATE TEMP TABLE log(format TEXT, text TEXT);
INSERT INTO log VALUES('claude-code', '{"type":"assistant","message":{"id":"a","model":"claude-sonnet-4","usage":{"input_tokens":4,"output_tokens":1}},"timestamp":"2026-01-05T10:00:01Z"}
{"type":"assistant","message":{"id":"b","usage":{"input_to
{"type":"assistant","message":{"id":"c","model":"claude-sonnet-4","usage":{"input_tokens":-4,"output_tokens":1}},"timestamp":"2026-01-05T10:00:01Z"}
{"type":"assistant","message":{"id":"d","model":"claude-sonnet-4","usage":{"input_tokens":99999999999999999999,"output_tokens":1}},"timestamp":"2026-01-05T10:00:01Z"}
7
{"type":"assistant","message":{"id":"e","model":"claude-sonnet-4","usage":{"input_tokens":4,"output_tokens":1}},"timestamp":"not a time"}
{"type":"assistant","message":{"id":"z","model":"claude-sonnet-4","usage":{"input_tokens":5,"output_tokens":1}},"timestamp":"2026-01-05T10:00:02Z"}');
INSERT INTO log VALUES('codex', '{"timestamp":"2026-01-02T00:00:00Z","type":"session_meta","payload":{"id":"s"}}
{"timestamp":"2026-01-02T00:00:01Z","type":"turn_context","payload":{"model":"gpt-5-codex"}}
{"timestamp":"2026-01-02T00:00:02Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1000,"output_tokens":50,"total_tokens":1050}}}}
{"timestamp":"2026-01-02T00:00:03Z","type":"event_msg","payload":{"type":"token_co
{"timestamp":"2026-01-02T00:00:04Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":"many","output_tokens":50}}}}
[]
{"timestamp":"2026-01-02T00:00:05Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":1200,"output_tokens":60,"total_tokens":1260}}}}');
INSERT INTO log VALUES('otel', '{"name":"chat","context":{"trace_id":"1","span_id":"2"},"start_time":"2026-01-01T00:00:00Z","attributes":{"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":10,"gen_ai.usage.output_tokens":2}}
{"name":"chat","context":{"trace_id":"1","span_id":"3"},"start_time":"2026-01-01T00:00:00Z","attributes":{"gen_ai.req
{"name":"chat","context":{"trace_id":"1","span_id":"4"},"start_time":"2026-01-01T00:00:00Z","attributes":{"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":-10}}
{"name":"chat","context":{"trace_id":"1","span_id":"5"},"start_time":"when","attributes":{"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":10}}
"x"
{"name":"chat","context":{"trace_id":"1","span_id":"6"},"start_time":"2026-01-01T00:00:09Z","attributes":{"gen_ai.request.model":"gpt-4o","gen_ai.usage.input_tokens":11,"gen_ai.usage.output_tokens":2}}');
INSERT INTO log VALUES('litellm', '{"request_id":"a","spend":0.1,"prompt_tokens":1,"completion_tokens":2,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o"}
{"request_id":"b","spend":0.1,"prompt_
{"request_id":"c","spend":"dear","prompt_tokens":1,"completion_tokens":2,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o"}
{"request_id":"d","spend":1e300,"prompt_tokens":1,"completion_tokens":2,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o"}
null
{"request_id":"z","spend":0.1,"prompt_tokens":3,"completion_tokens":2,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o"}');
INSERT INTO log VALUES('gemini-cli', '{"sessionId":"g1","startTime":"2026-01-01T00:00:00Z","messages":[{"id":"m1","timestamp":"2026-01-01T00:00:05Z","type":"gemini","model":"gemini-2.5-pro","tokens":{"input":100,"output":20,"total":120}},
 {"id":"m2","timestamp":"2026-01-01T00:00:06Z","type":"gemini","model":"gemini-2.5-pro","tokens":{"input":-1,"output":20}},
 {"id":"m3","timestamp":"2026-01-01T00:00:07Z","type":"gemini","model":"gemini-2.5-pro","tokens":{"input":101,"output":20,"total":121}}]}');
INSERT INTO log VALUES('qwen-code', '{"uuid":"a","sessionId":"s","type":"assistant","timestamp":"2026-01-01T00:00:05Z","model":"qwen3-coder-plus","usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":4}}
{"uuid":"b","sess
{"uuid":"c","sessionId":"s","type":"assistant","timestamp":"2026-01-01T00:00:05Z","model":"qwen3-coder-plus","usageMetadata":{"promptTokenCount":1.5,"candidatesTokenCount":4}}
true
{"uuid":"z","sessionId":"s","type":"assistant","timestamp":"2026-01-01T00:00:06Z","model":"qwen3-coder-plus","usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":4}}');
INSERT INTO log VALUES('opencode', '{"id":"a","sessionID":"s","role":"assistant","modelID":"claude-sonnet-4","providerID":"anthropic","time":{"created":1767225600123},"tokens":{"input":3,"output":50}}
{"id":"b","sessionID"
{"id":"c","sessionID":"s","role":"assistant","modelID":"claude-sonnet-4","providerID":"anthropic","time":{"created":1767225600123},"tokens":{"input":"3x","output":50}}
{"id":"z","sessionID":"s","role":"assistant","modelID":"claude-sonnet-4","providerID":"anthropic","time":{"created":1767225600124},"tokens":{"input":4,"output":50}}');
INSERT INTO log VALUES('amp', '{"id":"T-1","messages":[{"role":"assistant","messageId":1,"usage":{"timestamp":"2026-01-01T00:00:06Z","model":"claude-sonnet-4","inputTokens":5,"outputTokens":6}},
 {"role":"assistant","messageId":2,"usage":{"timestamp":"2026-01-01T00:00:06Z","model":"claude-sonnet-4","inputTokens":-5,"outputTokens":6}},
 {"role":"assistant","messageId":3,"usage":{"timestamp":"2026-01-01T00:00:07Z","model":"claude-sonnet-4","inputTokens":7,"outputTokens":6}}]}');
INSERT INTO log VALUES('pi', '{"type":"message","id":"a","timestamp":"2026-01-01T00:00:07Z","message":{"role":"assistant","provider":"anthropic","model":"claude-sonnet-4","usage":{"input":1,"output":2}}}
{"type":"message","id":"b",
{"type":"message","id":"c","timestamp":"2026-01-01T00:00:07Z","message":{"role":"assistant","provider":"anthropic","model":"claude-sonnet-4","usage":{"input":-1,"output":2}}}
{"type":"message","id":"z","timestamp":"2026-01-01T00:00:08Z","message":{"role":"assistant","provider":"anthropic","model":"claude-sonnet-4","usage":{"input":2,"output":2}}}');
INSERT INTO log VALUES('responses', '{"id":"a","created":1767225600,"model":"gpt-4o","usage":{"prompt_tokens":3,"completion_tokens":4}}
{"id":"b","created":1767225600,"mod
{"id":"c","created":1767225600,"model":"gpt-4o","usage":{"prompt_tokens":-3,"completion_tokens":4}}
0
{"id":"z","created":1767225601,"model":"gpt-4o","usage":{"prompt_tokens":4,"completion_tokens":4}}');
INSERT INTO log VALUES('jsonl', '{"timestamp":"2026-01-01","model":"gpt-4o","input_tokens":1,"output_tokens":2}
{"timestamp":"2026-01-01","mod
{"timestamp":"2026-13-01","model":"gpt-4o","input_tokens":1,"output_tokens":2}
{"timestamp":"2026-01-01","model":"gpt-4o","input_tokens":1,"output_tokens":2,"cache_read_tokens":5}
{"timestamp":"2026-01-01","model":"gpt-4o","input_tokens":1,"output_tokens":2,"tags":7}
[1,2]
{"timestamp":"2026-01-01","model":"gpt-4o","input_tokens":2,"output_tokens":2}');
INSERT INTO log VALUES('csv', 'time,model,input_tokens,output_tokens
2026-01-01,gpt-4o,1,2
2026-01-01,gpt-4o,1
2026-01-01,gpt-4o,1e400,2
2026-01-01,"gpt-4o,1,2
2026-01-01,gpt-4o,1,2
2026-01-01"",gpt-4o",3,2
2026-01-01,gpt-4o,9,2');
.mode list
.headers off
SELECT format, tok_import_text(text, format) FROM log;
SELECT count(*), sum(input_tokens), count(cost_nano) FROM llm_usage;
-- Again: nothing is added, the same lines are bad.
SELECT format, j ->> 'imported', j ->> 'rejected' FROM (SELECT format, tok_import_text(text, format) AS j FROM log);
SELECT count(*) FROM llm_usage;
SELECT * FROM tok_audit();
-- Where a writer was stopped, the next value is on the same line: both count, each by itself.
SELECT tok_import_text('{"type":"assistant","message":{"id":"m1","model":"claude-sonnet-4","usage":{"input_tokens":4,"output_tokens":1}},"timestamp":"2026-01-05T10:00:01Z","requestId":"q","sessionId":"s1"}{"type":"assistant","message":{"id":"m2","model":"claude-sonnet-4","usage":{"input_tokens":5,"output_tokens":1}},"timestamp":"2026-01-05T10:00:02Z","requestId":"q"}{"type":"assi', 'claude-code');
SELECT response_id, input_tokens, session_id FROM llm_usage WHERE response_id IN ('m1', 'm2');
-- A first line that is broken off does not make one value of the lines after it.
SELECT tok_import_text('{"type":"assistant","mess' || char(10) || char(10) || ' nonsense' || char(10) || '{"type":"assistant","message":{"id":"m3","model":"claude-sonnet-4","usage":{"input_tokens":4,"output_tokens":1}},"timestamp":"2026-01-05T10:00:01Z","requestId":"q"}', 'claude-code');
