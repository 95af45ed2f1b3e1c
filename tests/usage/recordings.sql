-- tok_usage against recorded responses. $REC is a table of one JSON text a row: rec_line(line).
--
-- `expected` is what genai-prices reads, once for each of its API flavours. The right flavour of a
-- response is the one that reads most of it; Cohere's "tokens" counts a prompt that is not billed,
-- and is never right.
CREATE TEMP TABLE rec AS
  SELECT row_number() OVER () AS id, line ->> 'provider' AS provider, line ->> 'endpoint' AS endpoint, line ->> 'model' AS model,
         tok_usage(coalesce(line -> '$.response_body.stream_events', line -> 'response_body')) AS got,
         tok_usage(coalesce(line -> '$.response_body.stream_events', line -> 'response_body'), line ->> 'provider') AS told,
         line -> 'expected' AS expected
  FROM rec_line;

CREATE TEMP TABLE flavour AS
  SELECT id, usage, flavour FROM (
    SELECT rec.id, e.value -> 'usage' AS usage, e.value ->> 'api_flavor' AS flavour,
           row_number() OVER (PARTITION BY rec.id ORDER BY (SELECT count(*) FROM json_each(e.value -> 'usage')) DESC, e.key) AS rank
    FROM rec, json_each(rec.expected) AS e WHERE e.value ->> 'api_flavor' <> 'tokens')
  WHERE rank = 1;

-- Every quantity of either side that differs. (Zeros are left out on both.)
CREATE TEMP TABLE quantity AS
  SELECT rec.id, CASE q.key WHEN 'reasoning_tokens' THEN 'output_reasoning_tokens' ELSE q.key END AS key, q.value AS got
  FROM rec, json_each(rec.got) q WHERE q.value > 0 AND q.type = 'integer' AND q.key NOT IN ('total_tokens', 'responses');
CREATE INDEX temp.by_id ON quantity(id, key);
CREATE TEMP TABLE difference AS
  SELECT rec.id, rec.provider, rec.endpoint, rec.model, f.flavour, u.key, u.expected, u.got
  FROM rec JOIN flavour f USING (id) JOIN (
    SELECT f.id, e.key, e.value AS expected, q.got FROM flavour f, json_each(f.usage) e LEFT JOIN quantity q ON q.id = f.id AND q.key = e.key
    UNION ALL
    SELECT q.id, q.key, f.usage ->> q.key, q.got FROM quantity q JOIN flavour f USING (id) WHERE f.usage ->> q.key IS NULL) u USING (id)
  WHERE u.expected IS NOT u.got;

-- Deviations: tests/usage/deviations.tsv holds each kind with its reason and where the field is
-- described; provider and key are patterns, direction says whether tok counts more or less than the
-- reference.
CREATE TEMP TABLE deviation AS SELECT * FROM deviation_line;
CREATE TEMP TABLE explained AS
  SELECT d.*, (SELECT reason FROM deviation v WHERE d.provider GLOB v.provider AND d.key GLOB v.key
      AND v.direction = CASE WHEN coalesce(got, 0) > coalesce(expected, 0) THEN 'more' ELSE 'less' END) AS reason
  FROM difference d;

-- Responses of which nothing is billed by what the body says.
CREATE TEMP TABLE silent(provider TEXT, endpoint TEXT, reason TEXT);
INSERT INTO silent VALUES
  ('openai', '*/input_tokens', 'counts a request that is not made'),
  ('google-*', '*', 'countTokens, cachedContents, and streams that end without counts'),
  ('aws-bedrock', '*/invoke', 'the counts are in the headers of the response alone'),
  ('aws-bedrock', '/guardrail/*', 'policy units, no tokens');

SELECT 'unexplained', provider, endpoint, model, flavour, key, 'expected ' || coalesce(expected, 'none'), 'got ' || coalesce(got, 'none') FROM explained WHERE reason IS NULL;
SELECT 'stale', * FROM deviation v WHERE source NOT GLOB 'https://?*' OR NOT EXISTS (SELECT 1 FROM difference d
  WHERE d.provider GLOB v.provider AND d.key GLOB v.key
    AND v.direction = CASE WHEN coalesce(got, 0) > coalesce(expected, 0) THEN 'more' ELSE 'less' END);
SELECT 'silent', provider, endpoint, model FROM rec r WHERE got IS NULL AND (expected IS NOT NULL OR NOT EXISTS
  (SELECT 1 FROM silent s WHERE r.provider GLOB s.provider AND r.endpoint GLOB s.endpoint));
SELECT 'deviation', count(DISTINCT id), reason FROM explained WHERE reason IS NOT NULL GROUP BY reason ORDER BY 2 DESC;
SELECT 'equal', count(*) - (SELECT count(DISTINCT id) FROM difference), 'of', count(*) FROM flavour;
SELECT 'read', count(got), 'of', count(*) FROM rec;
SELECT 'the provider''s name changes nothing but itself', count(*) FROM rec
  WHERE json_remove(got, '$.provider') IS NOT json_remove(told, '$.provider');
SELECT 'parts beyond the whole', count(*) FROM rec WHERE got ->> 'cache_read_tokens' > got ->> 'input_tokens'
  OR coalesce(got ->> 'cache_read_tokens', 0) + coalesce(got ->> 'cache_write_tokens', 0) > got ->> 'input_tokens' OR got ->> 'reasoning_tokens' > got ->> 'output_tokens'
  OR got ->> 'total_tokens' <> coalesce(got ->> 'input_tokens', 0) + coalesce(got ->> 'output_tokens', 0);
SELECT 'fewer recordings than there were', count(*) FROM rec HAVING count(*) < 2078;
