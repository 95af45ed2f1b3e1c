-- tok_whatif: :change is checked JSON, :lo and :hi the range. Rows that :change leaves as they are
-- count too, so that the rows of the answer add up to what the range cost. A row of more than 10^12
-- tokens, which no request has, could have a price beyond 64 bits; that error would hide all others
-- (as in sql/temp/usage_cost.sql).
WITH
new AS MATERIALIZED (
  SELECT :change ->> '$.model' AS model, :change ->> '$.provider' AS provider, :change ->> '$.service_tier' AS service_tier,
    :change ->> '$.cache_read_ratio' AS reads, :change ->> '$.cache_write_ratio' AS writes),
changed AS (
  SELECT u.model AS old_model, u.cost_nano AS old_nano, u.unix_time, u.meters,
    coalesce(new.model, u.model) AS model, -- another model is its maker's, unless a provider is named
    CASE WHEN new.model IS NULL THEN coalesce(new.provider, u.provider) ELSE new.provider END AS provider,
    coalesce(new.service_tier, u.service_tier) AS service_tier, u.input_tokens, u.output_tokens, u.reasoning_tokens,
    CASE WHEN coalesce(new.reads, new.writes) IS NULL THEN u.cache_read_tokens
      ELSE CAST(coalesce(new.reads, 0) * u.input_tokens AS INTEGER) END AS cache_read_tokens,
    CASE WHEN coalesce(new.reads, new.writes) IS NULL THEN u.cache_write_tokens
      ELSE CAST(coalesce(new.writes, 0) * u.input_tokens AS INTEGER) END AS cache_write_tokens,
    CASE WHEN coalesce(new.reads, new.writes) IS NULL THEN u.cache_write_1h_tokens END AS cache_write_1h_tokens
  FROM main.llm_usage AS u CROSS JOIN new
  WHERE u.unix_time >= :lo AND u.unix_time < :hi
    AND NOT EXISTS (SELECT 1 FROM json_each(:change, '$.where') AS f WHERE f.value IS NOT
      CASE f.key WHEN 'provider' THEN u.provider WHEN 'model' THEN u.model WHEN 'task_type' THEN u.task_type
        WHEN 'tenant_id' THEN u.tenant_id WHEN 'user_id' THEN u.user_id WHEN 'api_key_id' THEN u.api_key_id
        WHEN 'session_id' THEN u.session_id WHEN 'service_tier' THEN u.service_tier END)),
priced AS (
  SELECT c.*, CASE WHEN max(coalesce(c.input_tokens, 0), coalesce(c.output_tokens, 0)) <= 1000000000000
    THEN {row_price:c.} END AS new_nano
  FROM changed AS c),
summed AS (
  SELECT old_model, count(*) AS requests, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens,
    sum(old_nano) FILTER (WHERE new_nano IS NOT NULL) AS old_nano,
    sum(new_nano) FILTER (WHERE old_nano IS NOT NULL) AS new_nano,
    sum(old_nano IS NULL OR new_nano IS NULL) AS unpriced
  FROM priced GROUP BY old_model)
SELECT old_model AS model, requests, input_tokens, output_tokens, old_nano / 1e9 AS cost_usd, new_nano / 1e9 AS whatif_usd,
  (old_nano - new_nano) / 1e9 AS saving_usd, (old_nano - new_nano) * 100.0 / nullif(old_nano, 0) AS saving_pct, unpriced
FROM summed
ORDER BY saving_usd IS NULL, saving_usd DESC, model
