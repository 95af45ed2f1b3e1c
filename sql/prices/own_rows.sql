-- llm_price as tok_pricing shows it; ?1 provider and ?2 model, NULL for all. Unix seconds become
-- ISO-8601.
SELECT id, provider, model, meter, CAST(usd_per_1m AS REAL), tier_from_tokens, service_tier, region,
  iif(valid_from GLOB '*[^0-9]*', valid_from, strftime('%Y-%m-%dT%H:%M:%SZ', valid_from, 'unixepoch')),
  iif(valid_to GLOB '*[^0-9]*', valid_to, strftime('%Y-%m-%dT%H:%M:%SZ', valid_to, 'unixepoch')),
  hours, weekdays, source, checked_at, retracted
FROM main.llm_price
WHERE (?1 IS NULL OR provider = ?1) AND (?2 IS NULL OR model = ?2) ORDER BY model, meter, id;
