-- tok_export('focus'): FOCUS 1.2 (https://focus.finops.org), one row for each meter of each request
-- that has a cost.
--
-- All mandatory columns, the conditional ones that a ledger of requests knows, and x_ columns for
-- the rest. What a request cost is shared out to its meters in proportion to the list's prices
-- (ListCost), so that BilledCost adds up to the ledger's cost exactly, also where the provider
-- charged another sum than the list; a request that the list cannot price is one row with the meter
-- "Requests". Charge periods are hours, billing periods calendar months, UTC.
WITH
request AS (
  SELECT *, {row_usage:} AS usage
  FROM main.llm_usage WHERE unix_time >= :lo AND unix_time < :hi AND cost_nano IS NOT NULL),
explained AS (
  SELECT *, CASE WHEN model IS NOT NULL AND (meters IS NOT NULL OR input_tokens IS NOT NULL AND output_tokens IS NOT NULL)
      THEN tok_cost_explain(model, usage, unix_time) END AS e FROM request),
line AS (
  SELECT r.*, l.value ->> '$.meter' AS meter, l.value ->> '$.quantity' AS quantity,
    coalesce((l.value ->> '$.usd_per_1m') / 1e6, l.value ->> '$.usd_per_unit')
      * coalesce((100 + (l.value ->> '$.surcharge_percent')) / 100.0, 1) AS unit_price,
    CASE WHEN l.value ->> '$.usd_per_1m' IS NOT NULL THEN 'Tokens'
         WHEN l.value ->> '$.meter' LIKE '%seconds' THEN 'Seconds' WHEN l.value ->> '$.meter' LIKE '%pages' THEN 'Pages'
         WHEN l.value ->> '$.meter' LIKE '%searches' THEN 'Searches' WHEN l.value ->> '$.meter' = 'messages' THEN 'Messages'
         ELSE 'Requests' END AS unit, l.value ->> '$.cost_nano' AS list_nano, l.key AS n
  FROM explained AS r JOIN json_each(r.e, '$.lines') AS l
  WHERE l.value ->> '$.quantity' > 0
  UNION ALL
  SELECT r.*, 'requests', 1, r.cost_nano / 1e9, 'Requests', r.cost_nano, 0
  FROM explained AS r
  WHERE NOT EXISTS (SELECT 1 FROM json_each(r.e, '$.lines') AS l WHERE l.value ->> '$.quantity' > 0)),
shared AS (
  SELECT *, sum(list_nano) OVER (PARTITION BY id ORDER BY n) AS upto, sum(list_nano) OVER (PARTITION BY id) AS whole,
    row_number() OVER (PARTITION BY id ORDER BY n) AS i, count(*) OVER (PARTITION BY id) AS n_lines
  FROM line),
billed AS (  -- the running share, rounded, minus the one before: the last one is all of the cost
  SELECT *, CASE WHEN i = n_lines THEN cost_nano WHEN whole = 0 THEN 0
      ELSE CAST(round(cost_nano * 1.0 * upto / whole) AS INTEGER) END
    - CASE WHEN i = 1 OR whole = 0 THEN 0
      ELSE CAST(round(cost_nano * 1.0 * (upto - list_nano) / whole) AS INTEGER) END AS billed_nano
  FROM shared)
SELECT
  billed_nano / 1e9 AS BilledCost,
  coalesce(nullif(provider, ''), 'unknown') AS BillingAccountId,
  NULL AS BillingAccountName,
  'USD' AS BillingCurrency,
  strftime('%Y-%m-%dT00:00:00Z', unix_time, 'unixepoch', 'start of month', '+1 month') AS BillingPeriodEnd,
  strftime('%Y-%m-%dT00:00:00Z', unix_time, 'unixepoch', 'start of month') AS BillingPeriodStart,
  'Usage' AS ChargeCategory,
  NULL AS ChargeClass,
  printf('%s of %s', replace(meter, '_', ' '), coalesce(model, 'an unknown model')) AS ChargeDescription,
  'Usage-Based' AS ChargeFrequency,
  strftime('%Y-%m-%dT%H:00:00Z', unix_time + 3600, 'unixepoch') AS ChargePeriodEnd,
  strftime('%Y-%m-%dT%H:00:00Z', unix_time, 'unixepoch') AS ChargePeriodStart,
  NULL AS CommitmentDiscountCategory,
  NULL AS CommitmentDiscountId,
  NULL AS CommitmentDiscountName,
  NULL AS CommitmentDiscountStatus,
  NULL AS CommitmentDiscountType,
  quantity * 1.0 AS ConsumedQuantity, -- a decimal, also where it is whole
  unit AS ConsumedUnit,
  billed_nano / 1e9 AS ContractedCost,
  CASE WHEN quantity > 0 THEN billed_nano / 1e9 / quantity END AS ContractedUnitPrice,
  billed_nano / 1e9 AS EffectiveCost,
  coalesce(nullif(provider, ''), 'unknown') AS InvoiceIssuerName,
  list_nano / 1e9 AS ListCost,
  -- to 15 digits: quotients of prices are not the number that is meant, and newer hosts print 17
  iif(unit_price IS NOT NULL, CAST(printf('%!.15g', unit_price) AS REAL), NULL) AS ListUnitPrice,
  'Standard' AS PricingCategory,
  quantity * 1.0 AS PricingQuantity,
  unit AS PricingUnit,
  coalesce(nullif(provider, ''), 'unknown') AS ProviderName,
  coalesce(nullif(provider, ''), 'unknown') AS PublisherName,
  e ->> '$.region' AS RegionId,
  e ->> '$.region' AS RegionName,
  model AS ResourceId,
  model AS ResourceName,
  CASE WHEN model IS NOT NULL THEN 'Model' END AS ResourceType,
  'AI and Machine Learning' AS ServiceCategory,
  coalesce(nullif(provider, ''), 'unknown') || ' inference' AS ServiceName,
  'Generative AI' AS ServiceSubcategory,
  coalesce(nullif(provider, ''), 'unknown') || '/' || coalesce(nullif(model, ''), 'unknown') AS SkuId,
  meter AS SkuMeter,
  json_object('x_Model', model, 'x_ServiceTier', coalesce(service_tier, 'standard')) AS SkuPriceDetails,
  coalesce(nullif(provider, ''), 'unknown') || '/' || coalesce(nullif(model, ''), 'unknown') || '/' || meter || '/'
    || coalesce(service_tier, 'standard') AS SkuPriceId,
  tenant_id AS SubAccountId,
  tenant_id AS SubAccountName,
  CASE WHEN tags GLOB '{*' THEN tags
       WHEN tags IS NOT NULL THEN (
         SELECT json_group_object(t.name, 'true') FROM (SELECT DISTINCT CAST(value AS TEXT) AS name FROM json_each(tags)) AS t) END AS Tags,
  task_type AS x_TaskType,
  user_id AS x_UserId,
  session_id AS x_SessionId,
  response_id AS x_ResponseId,
  id AS x_UsageId
FROM billed ORDER BY unix_time, id, i;
