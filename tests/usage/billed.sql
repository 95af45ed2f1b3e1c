-- Responses in which the provider states its own dollars. $BILLED is a table of one JSON text a
-- row: billed_line(line).
CREATE TEMP TABLE billed AS
  SELECT *, tok_cost(ref, json_set(usage, '$.provider', priced_as), '2026-08-20') AS computed FROM (
    SELECT line ->> 'provider' AS provider, line ->> 'genai_provider' AS priced_as, line ->> 'genai_model_ref' AS ref,
           line ->> 'billed_usd' AS billed, tok_usage(line -> 'usage', line ->> 'provider') AS usage
    FROM billed_line);
SELECT 'reported cost differs', provider, ref, billed, usage FROM billed WHERE abs(coalesce(usage ->> 'reported_cost_usd', 0) - billed) > 1e-10;
SELECT 'computed cost differs', provider, ref, billed, computed, usage FROM billed WHERE computed IS NULL OR abs(computed - billed) > 0.002 * billed;
SELECT 'reported', sum(abs(usage ->> 'reported_cost_usd' - billed) <= 1e-10), 'of', count(*) FROM billed;
SELECT 'computed within 0.2 %', sum(abs(computed - billed) <= 0.002 * billed), 'of', count(*),
       printf('%.1f %%', 100.0 * sum(abs(computed - billed) <= 0.002 * billed) / count(*)) FROM billed;
