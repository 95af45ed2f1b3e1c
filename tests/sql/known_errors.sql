-- The errors that cost tools are known for, numbered as in the survey of 25 that this project
-- started from (it has no 24), with one report of each. Each line is the number and 1 if tok is
-- right.
.print -- 1 cached tokens counted twice: Anthropic leaves them out of input_tokens ($0.054, not $0.091: litellm #9812), OpenAI counts them in
SELECT 1, tok_cost('claude-3-7-sonnet-20250219', '{"input_tokens": 3, "cache_creation_input_tokens": 12304, "cache_read_input_tokens": 0, "output_tokens": 550}') = 0.054399;
SELECT 1, tok_cost('gpt-4o', '{"prompt_tokens": 1000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 1000}}') = 0.00125;
.print -- 2 one-hour cache writes at the five-minute rate, at Anthropic and at Bedrock (pi #5603, #9457)
SELECT 2, tok_cost('claude-sonnet-4-5', '{"input_tokens": 0, "cache_creation_input_tokens": 100000, "cache_read_input_tokens": 0, "cache_creation": {"ephemeral_1h_input_tokens": 100000, "ephemeral_5m_input_tokens": 0}, "output_tokens": 0}') = 0.6;
SELECT 2, tok_cost('global.anthropic.claude-sonnet-4-5-20250929-v1:0', '{"inputTokens": 0, "outputTokens": 0, "cacheWriteInputTokens": 100000, "cacheDetails": [{"ttl": "1h", "inputTokens": 60000}, {"ttl": "5m", "inputTokens": 40000}]}') = 0.51;
.print -- 3 Gemini's thoughts left out of output
SELECT 3, tok_usage('{"usageMetadata": {"promptTokenCount": 85, "candidatesTokenCount": 28, "thoughtsTokenCount": 54, "totalTokenCount": 167}}') ->> 'output_tokens' = 82;
.print -- 4 the long-context price: of the whole request, by its whole input, cache included, from each model's own size
SELECT 4, tok_cost('gemini-2.5-pro', 200000, 0) = 0.25, tok_cost('gemini-2.5-pro', 200001, 0) = 0.5000025, tok_cost('gemini-2.5-pro', 200001, 0, 200001) = 200001 * tok_cost('gemini-2.5-pro', 1000000, 0, 1000000) / 1e6;
SELECT 4, tok_cost_nano('gpt-5.6-luna', 272000, 0, 0, 0, '2026-08-20') = 54400000, tok_cost_nano('gpt-5.6-luna', 272001, 0, 0, 0, '2026-08-20') = 108800400;
.print -- 5 an unknown model at $0
SELECT 5, tok_cost('no-such-model', 1000000, 1000000) IS NULL, tok_cost_explain('no-such-model', '{"input_tokens": 1}') ->> 'reason' IS NOT NULL;
.print -- 6 spellings of one model (langfuse #15334: [1m])
SELECT 6, value, tok_price(value, 'input', '2026-08-20') = 3 FROM json_each('["claude-sonnet-4-20250514", "anthropic/claude-sonnet-4", "claude-sonnet-4@20250514", "Claude-Sonnet-4[1m]",
  "anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1:0", "global.anthropic.claude-sonnet-4-20250514-v1:0", "bedrock/us.anthropic.claude-sonnet-4-20250514-v1:0",
  "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-20250514-v1:0", "publishers/anthropic/models/claude-sonnet-4@20250514", "openrouter/anthropic/claude-sonnet-4"]');
.print -- 7 Bedrock's geographic profiles cost a tenth more than the global ones (claude-code #83690), Anthropic's own inference_geo us likewise
SELECT 7, tok_price('global.anthropic.claude-sonnet-4-5-20250929-v1:0', 'input') = 3, tok_price('us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'input') = 3.3, tok_price('eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'output') = 16.5;
SELECT 7, tok_cost_nano('claude-opus-4-8', u) = 18250000, tok_cost_nano('claude-opus-4-8', json_remove(u, '$.inference_geo')) = 17500000, u ->> 'inference_geo' = 'us' FROM (SELECT tok_usage('{"usage": {"input_tokens": 1000, "cache_read_input_tokens": 0, "output_tokens": 100, "inference_geo": "us", "server_tool_use": {"web_search_requests": 1}}}') AS u);
SELECT 7, tok_cost_nano('claude-opus-4-8', '{"input_tokens": 1000, "output_tokens": 100, "inference_geo": "global"}') = 7500000, tok_cost_nano('vertex_ai/claude-opus-4-8', '{"input_tokens": 1000, "output_tokens": 100, "inference_geo": "us"}') = 7500000;
.print -- 8 a new price changes what was recorded, and 9 no way to compute it anew
SELECT tok_init() > 0;
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens) VALUES ('2026-08-20', 'openai', 'gpt-4o', 1000000, 0), ('2026-08-20', 'acme', 'rocket-1', 1000000, 0);
INSERT INTO llm_price(provider, model, meter, usd_per_1m) VALUES ('openai', 'gpt-4o', 'input', 99), ('acme', 'rocket-1', 'input', 7);
SELECT 8, group_concat(coalesce(cost_usd, 'unknown')) = '2.5,unknown' FROM llm_usage;
SELECT 9, tok_reprice() = 1;
SELECT 9, group_concat(cost_usd) = '2.5,7.0' FROM llm_usage;
SELECT 9, tok_reprice('2026-08-20', '2026-08-21') = 1;
SELECT 9, group_concat(cost_usd) = '99.0,7.0' FROM llm_usage;
DELETE FROM llm_price;
.print -- 10 prices by the hour, on weekdays, and not before they began (opencode #48642)
SELECT 10, tok_price('deepseek-v4-flash', 'output', '2026-08-24T02:00:00Z') = 1.32, tok_price('deepseek-v4-flash', 'output', '2026-08-24T07:00:00Z') = 1.32, tok_price('deepseek-v4-flash', 'output', '2026-08-24T12:00:00Z') = 0.66,
  tok_price('deepseek-v4-flash', 'output', '2026-08-29T02:00:00Z') = 0.66, tok_price('deepseek-v4-flash', 'output', '2026-06-01T02:00:00Z') = 0.28;
.print -- 11 the service tier that was served, which is the response's, not the request's
SELECT 11, tok_cost('gpt-5', '{"service_tier": "flex", "usage": {"prompt_tokens": 1000000, "completion_tokens": 0}}') = 0.625, tok_cost('gpt-5', '{"service_tier": "priority", "usage": {"prompt_tokens": 1000000, "completion_tokens": 0}}') = 2.5,
  tok_cost('gpt-5', '{"service_tier": "default", "usage": {"prompt_tokens": 1000000, "completion_tokens": 0}}') = 1.25, tok_cost('gemini-2.5-flash', '{"usageMetadata": {"promptTokenCount": 1000000, "trafficType": "ON_DEMAND_FLEX"}}') = 0.15;
.print -- 12 batch: half, of cached tokens and of long contexts, too
SELECT 12, tok_cost('gpt-5', '{"input_tokens": 1000000, "service_tier": "batch"}') = 0.625, tok_cost('gpt-5', '{"input_tokens": 1000000, "cache_read_tokens": 1000000, "service_tier": "batch"}') = 0.0625,
  tok_cost('gemini-2.5-pro', '{"input_tokens": 1000000, "service_tier": "batch"}') = 1.25, tok_cost('claude-sonnet-4-5', '{"input_tokens": 100000, "cache_read_tokens": 100000, "output_tokens": 0, "service_tier": "batch"}') = 0.015;
.print -- 13 fees of web searches: each search of Anthropic, once a prompt up to Gemini 2.5, each distinct query since
SELECT 13, tok_cost('claude-sonnet-4-5', '{"input_tokens": 0, "output_tokens": 0, "server_tool_use": {"web_search_requests": 3}}') = 0.03;
SELECT 13, tok_usage(json_object('modelVersion', value, 'candidates', json('[{"groundingMetadata": {"webSearchQueries": ["a", "b", "", "a"]}}]'), 'usageMetadata', json('{"promptTokenCount": 1, "candidatesTokenCount": 1}'))) ->> 'web_searches' = key + 1
  FROM json_each('["gemini-2.5-flash", "gemini-3-flash-preview"]');
.print -- 14 the cost that the provider reports is kept; with one's own key the upstream cost comes on top, else not (AutomatosAI PR #745)
SELECT 14, tok_usage('{"usage": {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.25, "is_byok": false, "cost_details": {"upstream_inference_cost": 0.25}}}') ->> 'reported_cost_usd' = 0.25,
  tok_usage('{"usage": {"prompt_tokens": 1, "completion_tokens": 1, "cost": 0.01, "is_byok": true, "cost_details": {"upstream_inference_cost": 0.25}}}') ->> 'reported_cost_usd' = 0.26;
.print -- 15 a reported 0 is not a price (litellm #37924)
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, reported_cost_nano) VALUES ('2026-08-21', 'openai', 'gpt-4o', 1000000, 0, 0), ('2026-08-21', 'openai', 'gpt-4o', 1000000, 0, 1234);
SELECT 15, group_concat(cost_nano) = '2500000000,1234' FROM llm_usage WHERE unix_time = unixepoch('2026-08-21');
.print -- 16 streams: the counts of the last events, which override and do not add up
SELECT 16, tok_cost('gpt-4o', tok_usage('data: {"id": "c1", "model": "gpt-4o", "choices": [{"delta": {}}], "usage": null}
data: {"id": "c1", "model": "gpt-4o", "choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}
data: [DONE]')) = 0.0035;
SELECT 16, json_extract(tok_usage('[{"type": "message_start", "message": {"id": "msg_1", "usage": {"input_tokens": 25, "cache_read_input_tokens": 0, "output_tokens": 1}}}, {"type": "message_delta", "usage": {"output_tokens": 15}}, {"type": "message_delta", "usage": {"output_tokens": 40}}]'), '$.input_tokens', '$.output_tokens') = '[25,40]';
.print -- 17 a response that is recorded twice
INSERT INTO llm_usage(provider, model, response_id, input_tokens, output_tokens) VALUES ('anthropic', 'claude-sonnet-4', 'msg_1', 10, 10), ('anthropic', 'claude-sonnet-4', 'msg_1', 10, 10), (NULL, 'm', 'r1', 1, 1), (NULL, 'm', 'r1', 1, 1);
SELECT 17, count(*) = 2 FROM llm_usage WHERE response_id IS NOT NULL;
.print -- 18 days are the user's, not UTC's (tests/sql of time zones and reports have more)
SELECT 18, tok_bucket_label('2026-01-31T23:30:00Z', 'day', 'UTC') <> tok_bucket_label('2026-01-31T23:30:00Z', 'day', '+05:30');
.print -- 19 and 20 budgets: tests/budget; 21 forecasts: tests/forecast
.print -- 22 an Azure deployment is not a model: the response's name is priced, a deployment needs a price of its own
SELECT 22, tok_cost(u ->> 'model', u) = 0.0035, u ->> 'provider' = 'azure' FROM (SELECT tok_usage('{"model": "gpt-4o-2024-08-06", "prompt_filter_results": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 100}}') AS u);
INSERT INTO llm_price(provider, model, meter, usd_per_1m) VALUES ('azure', 'my-deployment', 'input', 2.5);
SELECT 22, tok_cost('azure/your-deployment', 1, 1) IS NULL, tok_cost('azure/my-deployment', 1000000, 0) = 2.5;
.print -- 23 audio and images have prices of their own; of an image endpoint without details all output is image
SELECT 23, tok_cost('gpt-4o-audio-preview', '{"input_tokens": 1000000, "input_audio_tokens": 1000000}') = 40, tok_cost('gemini-2.5-flash', '{"input_tokens": 1000000, "input_audio_tokens": 1000000}') = 1, tok_cost('gpt-image-1', '{"input_tokens": 1000000, "input_image_tokens": 1000000}') = 10;
SELECT 23, tok_usage('{"created": 1, "data": [{"b64_json": "x"}], "usage": {"total_tokens": 110, "input_tokens": 10, "output_tokens": 100, "input_tokens_details": {"text_tokens": 10, "image_tokens": 0}}}') ->> 'output_image_tokens' = 100;
.print -- 25 negotiated prices; money is dollars everywhere, and sums never mix currencies
INSERT INTO llm_price(provider, model, meter, usd_per_1m, valid_from, source) VALUES ('openai', 'gpt-4o', 'output', '7.77', '2026-01-01', 'contract');
SELECT 25, tok_price('gpt-4o', 'output', '2026-02-01') = 7.77, tok_price('gpt-4o', 'output', '2025-12-31') = 10, tok_price('gpt-4o', 'input', '2026-02-01') = 2.5;
.print -- not on the list: a compaction is billed beside what the response's totals say; a part larger than the whole is no discount
SELECT 26, tok_cost('claude-sonnet-4-6', '{"input_tokens": 162, "cache_read_input_tokens": 0, "output_tokens": 11, "iterations": [{"input_tokens": 99195, "output_tokens": 81, "type": "compaction"}, {"input_tokens": 162, "output_tokens": 11, "type": "message"}]}') = (99357 * 3 + 92 * 15) / 1e6;
SELECT 27, json_extract(tok_usage('{"model": "grok-4-1-fast", "usage": {"prompt_tokens": 208, "completion_tokens": 27, "total_tokens": 235, "prompt_tokens_details": {"cached_tokens": 314}}}'), '$.input_tokens', '$.cache_read_tokens') = '[208,208]';
