-- Logs of gateways and of agents' command lines: what they leave out, say in a string, or say
-- twice.
.load build/tok
CREATE TEMP VIEW v AS SELECT timestamp AS at, provider, model, input_tokens AS i, output_tokens AS o, cache_read_tokens AS r,
  cache_write_tokens AS w, reasoning_tokens AS t, response_id AS id, reported_cost_nano AS said, cost_nano AS cost
  FROM llm_usage ORDER BY llm_usage.id;

-- What `codex exec --json` prints: the sums of the thread so far. A resumed thread goes on, another
-- one begins anew, and so does what says no thread. Nothing says when it was, so it is of now (of
-- when the file was written); a log twice adds nothing.
CREATE TEMP TABLE log(name TEXT PRIMARY KEY, text TEXT);
INSERT INTO log VALUES('exec', '{"type":"thread.started","thread_id":"T1"}
{"type":"turn.started"}
{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"\"payload\" and \"sessionId\""}}
{"type":"turn.completed","usage":{"input_tokens":1000,"cached_input_tokens":600,"cache_write_input_tokens":100,"output_tokens":50,"reasoning_output_tokens":20}}
{"type":"thread.started","thread_id":"T1"}
{"type":"turn.completed","usage":{"input_tokens":2500,"cached_input_tokens":1500,"cache_write_input_tokens":150,"output_tokens":80,"reasoning_output_tokens":20}}
{"type":"thread.started","thread_id":"T2"}
{"type":"turn.failed","error":{"message":"x"}}
{"type":"turn.completed","usage":{"input_tokens":3000,"cached_input_tokens":3001,"output_tokens":90}}
'), ('exec without threads', '{"type":"turn.completed","timestamp":"2026-01-02T03:04:05.000Z","model":"gpt-5.2-codex","usage":{"input_tokens":120,"cached_input_tokens":20,"output_tokens":30,"total_tokens":150}}
{"type":"turn.completed","timestamp":"2026-01-02T03:06:05.000Z","model":"gpt-5.2-codex","usage":{"input_tokens":130,"output_tokens":40,"reasoning_output_tokens":1}}');
SELECT tok_import_text(text) FROM log WHERE name = 'exec';
SELECT tok_import_text(text, 'codex', '{"set":{"model":"gpt-5-codex"}}') FROM log WHERE name = 'exec';
SELECT i, o, r, w, t, id, abs(julianday(at) - julianday('now')) < 1, (SELECT group_concat(DISTINCT session_id) FROM llm_usage) FROM v;
DELETE FROM llm_usage;
SELECT tok_import_text(text) FROM log WHERE name = 'exec without threads';
SELECT tok_import_text(text) FROM log WHERE name = 'exec without threads';
SELECT * FROM v;
DELETE FROM llm_usage;

-- What `claude -p` prints: messages, and their sum at the end, which counts where it is alone.
INSERT INTO log VALUES('claude', '{"type":"system","subtype":"init","session_id":"S","model":"claude-sonnet-4-5"}
{"type":"assistant","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"usage":{"input_tokens":3,"cache_creation_input_tokens":100,"cache_read_input_tokens":200,"output_tokens":40}},"parent_tool_use_id":null,"session_id":"S"}
{"type":"user","message":{"role":"user","content":[]},"parent_tool_use_id":null,"session_id":"S"}
{"type":"assistant","message":{"id":"msg_2","type":"message","role":"assistant","model":"claude-sonnet-4-5-20250929","content":[],"usage":{"input_tokens":5,"cache_read_input_tokens":300,"output_tokens":60}},"parent_tool_use_id":null,"session_id":"S"}
{"type":"result","subtype":"success","duration_ms":10,"duration_api_ms":9,"session_id":"S","total_cost_usd":0.002,"usage":{"input_tokens":8,"cache_creation_input_tokens":100,"cache_read_input_tokens":500,"output_tokens":100},"uuid":"U1"}'),
('claude result', '{"type":"result","subtype":"success","duration_ms":10,"duration_api_ms":9,"session_id":"S","total_cost_usd":0.002,"usage":{"input_tokens":8,"cache_creation_input_tokens":100,"cache_read_input_tokens":500,"output_tokens":100},"modelUsage":{"claude-sonnet-4-5-20250929":{"inputTokens":8,"outputTokens":100,"costUSD":0.002}},"uuid":"U1"}
{"type":"result","subtype":"success","duration_ms":10,"duration_api_ms":9,"session_id":"S2","total_cost_usd":0.003,"usage":{"input_tokens":9,"output_tokens":100},"modelUsage":{"claude-sonnet-4-5":{"outputTokens":100},"claude-haiku-4-5":{"outputTokens":1}},"uuid":"U2"}');
SELECT tok_import_text(text) FROM log WHERE name = 'claude';
SELECT i, o, r, w, id, model, (SELECT group_concat(DISTINCT session_id) FROM llm_usage) FROM v;
DELETE FROM llm_usage;
SELECT tok_import_text(text) FROM log WHERE name = 'claude result';
SELECT model, i, o, r, w, id, said, cost FROM v;
DELETE FROM llm_usage;

-- LiteLLM: metadata as the text of an object, usage_object as the text of one, versions without it,
-- a hit of LiteLLM's cache.
INSERT INTO log VALUES('litellm', '[{"request_id":"a","spend":0.001,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:00Z","model":"gpt-4o","custom_llm_provider":"openai","metadata":"{\"note\":\"a \\\"b\\\"\",\"usage_object\":{\"prompt_tokens\":120,\"completion_tokens\":30,\"prompt_tokens_details\":{\"cached_tokens\":64},\"completion_tokens_details\":{\"reasoning_tokens\":7}},\"model_map_information\":{\"x\":{\"usage_object\":1}}}","session_id":"s"},
{"request_id":"b","spend":0.001,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:01Z","model":"gpt-4o","custom_llm_provider":"openai","metadata":{"usage_object":"{\"prompt_tokens\":120,\"completion_tokens\":30,\"prompt_tokens_details\":{\"cached_tokens\":65}}"}},
{"request_id":"c","spend":0.001,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:02Z","model":"claude-sonnet-4","custom_llm_provider":"anthropic","metadata":"{\"additional_usage_values\":{\"cache_creation_input_tokens\":9,\"cache_read_input_tokens\":66}}"},
{"request_id":"d","spend":0.0,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:03Z","model":"gpt-4o","custom_llm_provider":"openai","cache_hit":"True","metadata":"{}"},
{"request_id":"e","spend":0.001,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:04Z","model":"gpt-4o","custom_llm_provider":"openai","cache_hit":"False","metadata":"{broken"},
{"request_id":"f","spend":0.001,"prompt_tokens":120,"completion_tokens":30,"startTime":"2026-01-03T10:00:05Z","model":"gpt-4o","custom_llm_provider":"openai","metadata":"none"}]'),
('litellm csv', 'request_id,call_type,spend,total_tokens,prompt_tokens,completion_tokens,startTime,model,custom_llm_provider,metadata,cache_hit
g,acompletion,0.001,150,120,30,2026-01-03 10:00:06,gpt-4o,openai,"{""usage_object"": {""prompt_tokens"": 120, ""completion_tokens"": 30, ""prompt_tokens_details"": {""cached_tokens"": 64}}}",False
h,acompletion,0,150,120,30,2026-01-03 10:00:07,gpt-4o,openai,{},True
');
SELECT tok_import_text(text) FROM log WHERE name GLOB 'litellm*';
SELECT tok_import_text(text) FROM log WHERE name GLOB 'litellm*';
SELECT *, (SELECT session_id FROM llm_usage WHERE response_id = 'a') FROM v;
DELETE FROM llm_usage;

-- Cursor: its input columns stand beside each other, or (older tables) one contains the other,
-- which the total tells. What was not charged costs nothing; what is included has its price. The
-- next table begins with newer rows.
INSERT INTO log VALUES('cursor', 'Date,User,Cloud Agent ID,Automation ID,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost
"2026-10-01T10:00:00.123Z","me@x.org","","","Included","claude-4.5-sonnet-thinking","No","1200","1000","5000","300","7500","Included"
"2026-10-01T11:00:00.000Z","me@x.org","","","On-Demand","gpt-5","No","100","100","0","10","110","$0.01"
"2026-10-01T12:00:00.000Z","me@x.org","","","Errored, No Charge","gpt-5","No","0","100","50","10","160","-"
"2026-10-01T13:00:00.000Z","me@x.org","","","On-Demand","gpt-5","No","","100","50","10","160","0.02"
"2026-10-01T14:00:00.000Z","me@x.org","","","On-Demand","gpt-5","No","0","x","50","10","160","0.02"
');
SELECT tok_import_text(text) FROM log WHERE name = 'cursor';
SELECT tok_import_text(replace(text, 'Total Tokens,Cost
', 'Total Tokens,Cost
"2026-10-02T10:00:00.123Z","me@x.org","","","Free","composer-1","No","1200","1000","5000","300","7500","NaN"
')) FROM log WHERE name = 'cursor';
SELECT *, (SELECT group_concat(DISTINCT user_id) FROM llm_usage) FROM v;
DELETE FROM llm_usage;
-- Spans as SDKs of JavaScript write them, instants as [seconds, nanoseconds]; the record of a log
-- that says the same response again.
SELECT tok_import_text('{"type":"span","traceId":"t1","spanId":"s1","name":"chat gpt-4.1","kind":2,"startTime":[1767225600,500000000],"endTime":[1767225601,750000000],"attributes":{"gen_ai.operation.name":"chat","gen_ai.provider.name":"openai","gen_ai.response.model":"gpt-4.1","gen_ai.response.id":"r1","gen_ai.usage.input_tokens":100,"gen_ai.usage.cache_read.input_tokens":60,"gen_ai.usage.output_tokens":7},"events":[]}
{"type":"span","traceId":"t1","spanId":"s2","name":"invoke_agent","startTime":[1767225600,0],"endTime":[1767225602,0],"attributes":{"gen_ai.operation.name":"invoke_agent","gen_ai.usage.input_tokens":100}}
{"hrTime":[1767225601,800000000],"attributes":{"event.name":"gen_ai.client.inference.operation.details","gen_ai.provider.name":"openai","gen_ai.response.model":"gpt-4.1","gen_ai.response.id":"r1","gen_ai.usage.input_tokens":100,"gen_ai.usage.output_tokens":7},"_body":"x"}');
SELECT *, (SELECT response_time_ms FROM llm_usage) FROM v;
DELETE FROM llm_usage;
-- One response: the events of a stream as an array, or as they came; streams of arrays in an array
-- are one each.
SELECT tok_import_text('[{"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":20,"output_tokens":1}}},
 {"type":"message_delta","delta":{},"usage":{"output_tokens":50}},{"type":"message_stop"}]');
SELECT tok_import_text('event: message_start
data: {"type":"message_start","message":{"id":"msg_2","model":"claude-sonnet-4-5","usage":{"input_tokens":20,"output_tokens":1}}}

event: message_delta
data: {"type":"message_delta","delta":{},"usage":{"output_tokens":50}}

data: {"type":"message_del');
SELECT tok_import_text('[{"candidates":[{"index":0}],"modelVersion":"gemini-2.5-pro","usageMetadata":{"promptTokenCount":8}},
{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":9}}]');
SELECT tok_import_text('[[{"model":"gpt-4o","usage":{"prompt_tokens":3,"completion_tokens":4}}],[{"model":"gpt-4o","usage":{"prompt_tokens":3,"completion_tokens":4}}]]');
-- Bodies without ids are one each, in lines and in a list.
SELECT tok_import_text('[{"model":"gpt-4o","usage":{"prompt_tokens":5,"completion_tokens":4}},{"model":"gpt-4o","usage":{"prompt_tokens":5,"completion_tokens":4}}]');
SELECT tok_import_text('{"model":"gpt-4o","usage":{"prompt_tokens":6,"completion_tokens":4}}' || char(10) || '{"model":"gpt-4o","usage":{"prompt_tokens":6,"completion_tokens":4}}');
SELECT model, i, o, iif(id GLOB 'msg*', id, substr(id, 1, 9)), (SELECT status FROM llm_usage WHERE response_id = v.id) FROM v;
