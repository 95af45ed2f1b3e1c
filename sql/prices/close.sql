-- tok_pricing_import, after a row of undated.sql: other prices of its kind that were open end where
-- it begins.
UPDATE main.llm_price SET valid_to = ?12
WHERE model = ?2 AND meter = ?3 AND service_tier = ?6 AND tier_from_tokens = ?5
  AND coalesce(provider, '') = ?1 COLLATE NOCASE AND region IS NULL AND coalesce(hours, '') = ?9
  AND coalesce(weekdays, '') = ?10 AND valid_to IS NULL AND usd_per_1m <> ?4
  AND (valid_from IS NULL OR strftime('%s', valid_from, iif(valid_from GLOB '*[^0-9]*', '+0 days', 'unixepoch'))
    + 0 < strftime('%s', ?12) + 0);
