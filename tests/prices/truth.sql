-- Every case of data/usage/price_truth, priced by tok. $TRUTH is a table of one JSON text a row: truth_line(line).
-- A case is right if it is equal to 1e-9 of its value, or to half a nano-dollar, the unit that costs are rounded to.
CREATE TEMP TABLE truth AS
  SELECT line ->> 'kind' AS kind, line ->> 'provider' AS provider, line ->> 'model_ref' AS model,
         line ->> 'timestamp' AS at, line -> 'usage' AS usage, line ->> 'price' AS price,
         line ->> 'error' AS error, line ->> 'suspect' AS suspect, line ->> 'providerApiUrl' AS api_url,
         json_patch(line -> 'usage', json_object('provider', line ->> 'provider')) AS usage_of_provider
  FROM truth_line;

-- Deviations, each with its reason. The reference package takes the name as it stands; the interface of tok (SPEC section 0)
-- says that these forms are the model.
CREATE TEMP TABLE deviation(pattern TEXT, provider TEXT, reason TEXT);
INSERT INTO deviation VALUES
  ('azure/gpt-4o', 'azure', 'the prefix of a router names the provider: the model is gpt-4o (SPEC 0.1)'),
  ('models/*', 'google', 'Google''s own resource name of the model (SPEC 0.1)'),
  ('publishers/google/models/*', 'google', 'Vertex AI''s resource name of the model (SPEC 0.1)'),
  ('openai/gpt-4o', NULL, 'vendor/model means the vendor''s model (SPEC 0.1)'),
  ('us.anthropic.claude-sonnet-4-20250514-v1:0', NULL, 'a Bedrock name is unambiguous (SPEC 0.1)'),
  ('llama-3.3-70b-versatile', NULL, 'one provider alone, Groq, lists this name');

CREATE TEMP TABLE answer AS
  SELECT *, tok_cost(model, usage_of_provider, at) AS got,
         (SELECT reason FROM deviation d WHERE model GLOB d.pattern AND t.provider IS d.provider AND t.price IS NULL) AS deviation
  FROM truth t WHERE error IS NULL;
ALTER TABLE answer ADD COLUMN ok;
UPDATE answer SET ok = CASE WHEN price IS NULL THEN got IS NULL
                            ELSE got IS NOT NULL AND abs(got - price) <= max(abs(price) * 1e-9, 0.5000001e-9) END;

SELECT 'wrong', kind, provider, model, at, usage, 'expected ' || coalesce(price, 'NULL'), 'got ' || coalesce(got, 'NULL')
  FROM answer WHERE NOT ok AND suspect IS NULL AND deviation IS NULL;
SELECT 'suspect, other than the reference', count(*) FROM answer WHERE NOT ok AND suspect IS NOT NULL;
SELECT 'deviation', deviation, count(*) FROM answer WHERE NOT ok AND deviation IS NOT NULL GROUP BY 2;
SELECT 'equal', sum(ok), 'of', count(*), printf('%.2f %%', 100.0 * sum(ok) / count(*)) FROM answer;
SELECT 'plain text cases equal', sum(ok), 'of', count(*) FROM answer WHERE kind IN ('plain', 'alias', 'cached', 'cache_write',
  'cached_unpriced', 'historic', 'tier', 'tier_cached', 'tier_cache_write') AND suspect IS NULL;
SELECT 'unexplained', count(*) FROM answer WHERE NOT ok AND suspect IS NULL AND deviation IS NULL;
