-- {bucket_debt:excluded.used}: what counter llm_counter of token bucket b is in debt after {x}
-- units more (or less), of time `excluded.at`. In units of 1/span_s, so that a second refills
-- `refill` of them: all is exact.
--
--   taken     at debt_at or later: refilled until then, never beyond full; earlier (late, or a
--             clock that went back): as if now
--   given back (a row or hold goes, shrinks): what a bucket that nobody else used would still lack
--             of it. At least so much is really back, so a bucket never gives more than it may
--             (llm_bucket_truth is what the ledger says)
--   settled   usage instead of its hold, of the same time: what both have in common has been
--             refilled since; more is taken now
-- Saturates at 2^62; sums beyond 64 bits are REAL in SQLite and end in the min or max.
min(4611686018427387904, max(0, max(0, debt - b.refill * max(0, excluded.at - debt_at)) + CASE
  WHEN excluded.usage_id = settled_by AND excluded.checks = 1 AND {x} >= 0
    THEN max(0, min({x}, settled) * b.span_s - b.refill * max(0, debt_at - excluded.at)) + max(0, {x} - settled) * b.span_s
  WHEN {x} >= 0 THEN {x} * b.span_s
  ELSE min(0, {x} * b.span_s + b.refill * max(0, debt_at - excluded.at)) END))
