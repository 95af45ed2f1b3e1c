-- The richest usage object of each provider and API. $SHAPE is a table of one JSON text a row:
-- shape_line(line).
CREATE TEMP TABLE shape AS
  SELECT line ->> 'provider' AS provider, line ->> 'kind' AS kind, line -> 'usage' AS usage,
         coalesce(line ->> '$.usage.total_tokens', line ->> '$.usage.totalTokens', line ->> '$.usage.totalTokenCount') AS total,
         tok_usage(line -> 'usage') AS got
  FROM shape_line;
SELECT 'silent', provider, kind, usage FROM shape WHERE got IS NULL
  AND kind <> 'count-tokens'           -- counts a request that is not made
  AND usage ->> 'readUnits' IS NULL    -- a vector database's
  AND usage <> '{"trafficType":"ON_DEMAND"}';  -- a chunk in the middle of a stream
SELECT 'total differs', provider, kind, usage, got FROM shape WHERE total IS NOT NULL AND got IS NOT NULL
  AND total <> got ->> 'total_tokens'
  AND provider <> 'vercel-gateway';    -- its total leaves out the reasoning that it bills
SELECT 'shapes', count(*), 'read', count(got), 'with their total', sum(total = got ->> 'total_tokens') FROM shape;
