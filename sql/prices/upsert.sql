-- tok_pricing_import: one row of a published list. What says the same already is left alone, and
-- not counted.
INSERT INTO main.llm_price(provider, model, meter, usd_per_1m, tier_from_tokens, service_tier,
  valid_from, valid_to, hours, weekdays, source)
VALUES (nullif(?1, ''), ?2, ?3, ?4, ?5, ?6, nullif(?7, ''), nullif(?8, ''), nullif(?9, ''),
  nullif(?10, ''), ?11)
ON CONFLICT(model, meter, service_tier, tier_from_tokens, coalesce(provider, ''), coalesce(region, ''),
  coalesce(valid_from, ''), coalesce(hours, ''), coalesce(weekdays, ''))
DO UPDATE SET usd_per_1m = excluded.usd_per_1m, valid_to = excluded.valid_to, source = excluded.source,
  retracted = 0
WHERE usd_per_1m <> excluded.usd_per_1m OR valid_to IS NOT excluded.valid_to
  OR source IS NOT excluded.source OR retracted;
