-- The rows of llm_price for the name ?1 (compared without case, as the column's collation says).
SELECT id, tier_from_tokens, retracted, provider, model, meter, usd_per_1m, service_tier, region,
  valid_from, valid_to, hours, weekdays, source
FROM main.llm_price WHERE model = ?1;
