-- tok_usage: canonical usage of provider responses.
.print -- a body; its cost
SELECT tok_usage('{"id":"chatcmpl-1","model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":1200,"completion_tokens":350,"total_tokens":1550,"prompt_tokens_details":{"cached_tokens":1000}}}');
SELECT tok_cost_nano(u ->> 'model', u, '2026-08-20'), tok_cost_nano('gpt-4o', 1200, 350, 1000, 0, '2026-08-20')
  FROM (SELECT tok_usage('{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":1200,"completion_tokens":350,"total_tokens":1550,"prompt_tokens_details":{"cached_tokens":1000}}}') AS u);
.print -- the provider that is said wins; its name is the price list's
SELECT tok_usage('{"prompt_tokens":10,"completion_tokens":1}', 'azure.ai.openai') ->> 'provider', tok_usage('{"prompt_tokens":10}', 'somebody') ->> 'provider', tok_usage('{"prompt_tokens":10}') ->> 'provider';
.print -- tok_cost takes the raw usage of providers
SELECT tok_cost_nano('claude-sonnet-4-5', '{"input_tokens":2500,"cache_read_input_tokens":2500,"cache_creation_input_tokens":5000,"output_tokens":700}', '2026-08-20'),
       tok_cost_nano('us.anthropic.claude-sonnet-4-5-20250929-v1:0', '{"usage":{"inputTokens":2500,"cacheReadInputTokens":2500,"cacheWriteInputTokens":5000,"outputTokens":700}}', '2026-08-20');
SELECT tok_cost_nano('gemini-2.5-flash', '{"usageMetadata":{"promptTokenCount":85,"candidatesTokenCount":28,"thoughtsTokenCount":54,"toolUsePromptTokenCount":132}}', '2026-08-20'),
       tok_cost_nano('gemini-2.5-flash', 217, 82, 0, 0, '2026-08-20');
SELECT tok_cost_nano('grok-4-fast', '{"prompt_tokens":468,"completion_tokens":82,"total_tokens":870,"prompt_tokens_details":{"cached_tokens":305},"completion_tokens_details":{"reasoning_tokens":320},"cost_in_usd_ticks":2488500}', '2026-08-20');
SELECT tok_cost('sonar', '{"prompt_tokens":8,"completion_tokens":213,"search_context_size":"low"}', '2026-08-20'), tok_cost('sonar', 8, 213, 0, 0, '2026-08-20');
.print -- a transcription that is priced by the second
SELECT tok_cost_nano('voxtral-mini-latest', u, '2026-08-20'), tok_cost_nano('voxtral-mini-latest', tok_usage(u), '2026-08-20')
  FROM (SELECT '{"usage":{"prompt_audio_seconds":30,"prompt_tokens":4,"total_tokens":480,"completion_tokens":76}}' AS u);
.print -- one hour of cache costs more than five minutes
SELECT tok_cost_nano('claude-sonnet-4-5', '{"input_tokens":0,"cache_creation_input_tokens":1000,"cache_creation":{"ephemeral_1h_input_tokens":1000},"output_tokens":0}', '2026-08-20'),
       tok_cost_nano('claude-sonnet-4-5', '{"input_tokens":0,"cache_creation_input_tokens":1000,"cache_creation":{"ephemeral_5m_input_tokens":1000},"output_tokens":0}', '2026-08-20');
.print -- streams: events, server-sent events, lines
SELECT tok_usage('[{"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":20,"cache_read_input_tokens":5,"output_tokens":1}}},{"type":"message_delta","usage":{"output_tokens":9}}]');
SELECT tok_usage('event: response.completed' || char(10) || 'data: {"response":{"id":"resp_1","model":"gpt-5","usage":{"input_tokens":5,"output_tokens":6}}}' || char(10, 10) || 'data: [DONE]' || char(10));
SELECT tok_usage('{"id":"a","usage":{"prompt_tokens":3,"completion_tokens":2}}' || char(10) || '{"id":"b","usage":{"prompt_tokens":30,"completion_tokens":20}}');
SELECT tok_usage('{"usage":{"inputTokens":3,"outputTokens":2}}' || char(10) || '{"usage":{"inputTokens":30,"outputTokens":20}}');
.print -- what OpenRouter keeps of a request
SELECT tok_usage('{"data":{"id":"gen-1","model":"openai/gpt-4o","total_cost":0.0015,"tokens_prompt":9,"tokens_completion":30,"native_tokens_prompt":10,"native_tokens_completion":25,"native_tokens_cached":3,"usage":0.0015,"is_byok":false}}');
.print -- the connection broke: what whole events said counts, and it is said
SELECT tok_usage('data: {"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":20,"output_tokens":1}}}' || char(10, 10) || 'data: {"type":"message_delta","usage":{"output_tok');
SELECT tok_usage(u) = u FROM (SELECT tok_usage('data: {"usage":{"prompt_tokens":20}}' || char(10, 10) || 'data: {') AS u);
SELECT tok_usage('data: {"id":"chatcmpl-1","usage":null}' || char(10, 10) || 'data: {"id":"chatcmpl-1","usage":{"prompt_tokens":12') IS NULL;
.print -- a BLOB of text; escapes stay JSON; bytes that are no text do not leave
SELECT tok_usage(CAST('{"prompt_tokens":3}' AS BLOB));
SELECT tok_usage('{"model":"openai\/gpt\u002d4o","prompt_tokens":3}') ->> 'model';
SELECT json_valid(tok_usage(CAST(X'7B226D6F64656C223A22FF222C2270726F6D70745F746F6B656E73223A337D' AS TEXT)));
SELECT tok_usage(CAST(X'7B226D6F64656C223A225C7530303264FF222C2270726F6D70745F746F6B656E73223A337D' AS TEXT)) ->> 'model' = '-' || char(65533);
.print -- nothing counted is NULL, NULL is NULL
SELECT tok_usage('{}') IS NULL, tok_usage('[]') IS NULL, tok_usage('{"usage":{}}') IS NULL, tok_usage(NULL) IS NULL, tok_usage(NULL, 'openai') IS NULL, tok_usage('{"prompt_tokens":1}', NULL);
SELECT tok_usage(7) IS NULL, tok_usage('{"input_tokens":16,"object":"response.input_tokens"}') IS NULL;
.print -- nor is it free: what a body without usage costs is not known
SELECT tok_cost('gpt-4o', j), tok_cost_nano('gpt-4o', j), tok_cost_explain('gpt-4o', j) ->> '$.reason' FROM (SELECT value AS j FROM json_each(
  '["{\"usage\":{}}", "{\"id\":\"x\",\"usage\":null}", "{\"input_tokens\":null,\"output_tokens\":null}", "{\"error\":{\"message\":\"overloaded\"}}"]'));
SELECT tok_cost('gpt-4o', '{}'), tok_cost('gpt-4o', '{"provider":"openai","service_tier":"batch"}'), tok_cost('gpt-4o', '{"input_tokens":0}'), tok_cost_explain('gpt-4o', '{"input_tokens":0}') ->> '$.reason', tok_cost_explain('no-such-model', '{"usage":{}}') ->> '$.reason';
.print -- pure: usable in an index and a generated column
CREATE TABLE log(body TEXT, input INT AS (tok_usage(body) ->> 'input_tokens'));
CREATE INDEX log_input ON log(input);
INSERT INTO log(body) VALUES ('{"usage":{"prompt_tokens":3}}'), (NULL), ('{"usage":{"inputTokens":4,"outputTokens":1}}');
SELECT count(*) FROM log WHERE input > 3;
.print -- wrong use
SELECT tok_usage('');
SELECT tok_usage('{"usage":');
SELECT tok_usage('{"usage":{"prompt_tokens":-3}}');
SELECT tok_usage('{"usage":{"prompt_tokens":1.5}}');
SELECT tok_usage('{"usage":{"prompt_tokens":"many"}}');
SELECT tok_usage('{"usage":{"prompt_tokens":true}}');
SELECT tok_usage('{"usage":{"prompt_tokens":99999999999999999999}}');
SELECT tok_usage('{"input_tokens":9223372036854775807,"output_tokens":1}');
SELECT tok_usage('data: {"a":' || char(10, 10));
SELECT tok_usage(printf('%.*c', 65, '['));
SELECT tok_usage();
SELECT tok_cost('gpt-4o', '{"spans":[{"id":"a","input_tokens":5},{"id":"b","input_tokens":5}]}');
-- A compaction is billed where no cache is spoken of, too. A tier that is said in an object, a
-- header, another's properties.
SELECT tok_usage('{"id":"msg_1","model":"claude-opus-4-8","usage":{"input_tokens":23000,"output_tokens":1000,"iterations":[{"type":"compaction","input_tokens":180000,"output_tokens":3500},{"type":"message","input_tokens":23000,"output_tokens":1000}]}}');
SELECT tok_usage('{"stopReason":"end_turn","usage":{"inputTokens":10,"outputTokens":20,"totalTokens":30},"serviceTier":{"type":"flex"}}'),
  tok_usage('{"headers":{"x-amzn-bedrock-input-token-count":"3","x-amzn-bedrock-output-token-count":"4","x-amzn-bedrock-service-tier":"priority"}}'),
  tok_usage('{"model":"google/gemini-2.5-pro","usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"extra_properties":{"google":{"traffic_type":"ON_DEMAND_FLEX"}}}}') ->> 'service_tier';
-- Frameworks: LangChain, Pydantic AI, the AI SDK (whose names are Bedrock's, but for the parts).
-- llama.cpp's own, in parts too.
SELECT tok_usage('{"usage_metadata":{"input_tokens":100,"output_tokens":20,"total_tokens":120,"input_token_details":{"cache_read":60,"cache_creation":10,"ephemeral_1h_input_tokens":4,"audio":5},"output_token_details":{"reasoning":5,"audio":1}}}');
SELECT tok_usage('{"input_tokens":100,"cache_read_tokens":60,"output_tokens":20,"details":{"reasoning_tokens":5}}');
SELECT tok_usage('{"usage":{"inputTokens":100,"outputTokens":20,"totalTokens":120,"reasoningTokens":5,"cachedInputTokens":60}}'),
  tok_usage('{"usage":{"inputTokens":100,"inputTokenDetails":{"noCacheTokens":30,"cacheReadTokens":60,"cacheWriteTokens":10},"outputTokens":20,"outputTokenDetails":{"textTokens":15,"reasoningTokens":5},"totalTokens":120}}'),
  tok_usage('{"usage":{"inputTokens":{"total":100,"noCache":30,"cacheRead":60,"cacheWrite":10},"outputTokens":{"total":20,"text":15,"reasoning":5}}}');
SELECT tok_usage('[{"content":"a","stop":false,"tokens_predicted":1,"tokens_evaluated":30},{"content":"","stop":true,"model":"m","tokens_predicted":12,"tokens_evaluated":30,"tokens_cached":41,"stop_type":"eos","timings":{"prompt_n":28,"cache_n":2}}]'),
  tok_usage('{"model":"m","usage":{"completion_tokens":12,"prompt_tokens":30,"total_tokens":42},"timings":{"cache_n":20,"prompt_n":10}}');
