-- Every case of data/usage/price_truth, priced by tok. $TRUTH is a table of one JSON text a row:
-- truth_line(line). A case is right if it is equal to 1e-9 of its value, or to half a nano-dollar,
-- the unit that costs are rounded to.
CREATE TEMP TABLE truth AS
  SELECT line ->> 'kind' AS kind, line ->> 'provider' AS provider, line ->> 'model_ref' AS model,
         line ->> 'timestamp' AS at, line -> 'usage' AS usage, line ->> 'price' AS price,
         line ->> 'error' AS error, line ->> 'suspect' AS suspect, line ->> 'providerApiUrl' AS api_url,
         json_patch(line -> 'usage', json_object('provider', line ->> 'provider')) AS usage_of_provider
  FROM truth_line;

-- Deviations: rows of which the reference has another price than a published one, or none, because
-- it takes the name as it stands, and SPEC says that the name is the model.
-- tests/prices/deviations.tsv holds each with what tok answers, the reason and a source.
CREATE TEMP TABLE deviation AS
  SELECT nullif(provider, '') AS provider, model, at, input_tokens + 0 AS input_tokens, ours + 0.0 AS ours,
         nullif(theirs, 'NULL') + 0.0 AS theirs, reason, source FROM deviation_line;

CREATE TEMP TABLE answer AS
  SELECT *, tok_cost(model, usage_of_provider, at) AS got,
         (SELECT reason FROM deviation d WHERE d.model = t.model AND d.provider IS t.provider AND d.at = t.at
            AND d.input_tokens = t.usage ->> 'input_tokens' AND round(d.theirs, 12) IS round(t.price, 12)) AS deviation
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
SELECT 'of those not suspect', sum(ok), 'of', count(*), printf('%.2f %%', 100.0 * sum(ok) / count(*)) FROM answer WHERE suspect IS NULL;
-- A deviation without a reason and a published source, that is none (any more), or that is not what
-- the table says.
SELECT 'stale', provider, model, at, ours, theirs, source FROM deviation d
  WHERE reason IS NULL OR source NOT GLOB 'https://?*' OR NOT EXISTS (SELECT 1 FROM answer t
    WHERE NOT ok AND d.model = t.model AND d.provider IS t.provider AND d.at = t.at
      AND d.input_tokens = t.usage ->> 'input_tokens' AND round(d.theirs, 12) IS round(t.price, 12) AND abs(got - ours) <= 1e-12);
SELECT 'unexplained', count(*) FROM answer WHERE NOT ok AND suspect IS NULL AND deviation IS NULL;
