-- Models that the first source of the price list lacks: from its younger sibling, from litellm, and
-- from the providers' own pages.
.mode list
-- per search, per token, per pixel
SELECT tok_cost('rerank-v3.5', '{"meta":{"billed_units":{"search_units":3}}}') AS rerank,
       tok_cost('cohere/rerank-v4.0-pro', '{"meta":{"billed_units":{"search_units":2}}}') AS rerank_4,
       tok_cost('embed-english-v3.0', 1000000, 0) AS embed_3,
       tok_cost('cohere.rerank-v3-5:0', '{"provider":"aws","rerank_searches":1}') AS bedrock;
-- tokens of images cost more than those of text
SELECT tok_cost('embed-v4.0', '{"meta":{"billed_units":{"input_tokens":100,"image_tokens":1000}}}');
SELECT model, tok_cost(model, 1000000, 1000000)
FROM (SELECT value AS model FROM json_each('["mistral-small-2506", "mistral-small-2503", "mistral-moderation-2411",
  "mistral-moderation-2603", "codestral-embed", "jamba-1.5-mini", "jamba-1.5-large", "jamba-large-1.7", "davinci-002",
  "babbage-002", "rerank-2.5-lite", "us.cohere.embed-english-v3", "anthropic.claude-v2", "claude-sonnet-5-5",
  "ministral-14b-latest"]'));
-- aliases that moved
SELECT m, tok_cost(m, 1000000, 1000000, 0, 0, '2025-12-01'), tok_cost(m, 1000000, 1000000, 0, 0, '2026-08-01')
FROM (SELECT 'mistral-large-latest' AS m UNION ALL SELECT 'mistral-small-latest' UNION ALL SELECT 'ministral-3b-latest');
-- where a price is from
SELECT model, source FROM tok_pricing
WHERE model IN ('rerank-v3.5', 'codestral-embed-2505', 'jamba-mini') AND meter IN ('input', 'rerank_searches') ORDER BY 1;
-- what is paid by what no usage counts has no price, and neither has what no source lists
SELECT tok_cost('amazon.titan-embed-image-v1', 1000, 0), tok_cost('rerank-v3.9', 1000, 0), tok_cost('mistral-moderation-latest', 1, 0);
-- prices that changed since, each from its day on; searches of Gemini are paid; OpenAI's longer
-- contexts, which cost more, begin behind 272,000 tokens
SELECT tok_cost('z-ai/glm-5.3-flash', '{"provider":"zai","input_tokens":1000000}', '2026-09-01'),
       tok_cost('z-ai/glm-5.3-flash', '{"provider":"zai","input_tokens":1000000}', '2026-10-01'),
       tok_cost('gemini-2.5-flash', '{"input_tokens":0,"web_searches":1}'),
       tok_cost('gpt-5.4', 272000, 0), tok_cost('gpt-5.4', 272001, 0);
