-- tok_pricing_import: a price of a list that gives no dates. The first one holds for all times. One
-- that differs from the price that is open now holds from ?12, the time of the import, on: what was
-- recorded before keeps its price.
INSERT INTO main.llm_price(provider, model, meter, usd_per_1m, tier_from_tokens, service_tier,
  valid_from, hours, weekdays, source)
SELECT nullif(?1, ''), ?2, ?3, ?4, ?5, ?6,
  iif(EXISTS (SELECT 1 FROM main.llm_price WHERE model = ?2 AND meter = ?3 AND service_tier = ?6
    AND tier_from_tokens = ?5 AND coalesce(provider, '') = ?1 COLLATE NOCASE AND region IS NULL
    AND coalesce(hours, '') = ?9 AND coalesce(weekdays, '') = ?10), ?12, NULL),
  nullif(?9, ''), nullif(?10, ''), ?11
WHERE NOT EXISTS (SELECT 1 FROM main.llm_price WHERE model = ?2 AND meter = ?3 AND service_tier = ?6
  AND tier_from_tokens = ?5 AND coalesce(provider, '') = ?1 COLLATE NOCASE AND region IS NULL
  AND coalesce(hours, '') = ?9 AND coalesce(weekdays, '') = ?10
  AND valid_to IS NULL AND usd_per_1m = ?4 AND NOT retracted)
ON CONFLICT(model, meter, service_tier, tier_from_tokens, coalesce(provider, ''), coalesce(region, ''),
  coalesce(valid_from, ''), coalesce(hours, ''), coalesce(weekdays, ''))
DO UPDATE SET usd_per_1m = excluded.usd_per_1m, valid_to = NULL, source = excluded.source, retracted = 0;
