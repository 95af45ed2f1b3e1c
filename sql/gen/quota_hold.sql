-- {quota_hold:h}: how many units of quota q the hold h parks; of p95 and p99 never more than the
-- most it may need.
CASE
  WHEN q.metric = 'requests' THEN {x}.requests
  WHEN q.hold_size = 'none' THEN 0
  WHEN q.hold_size GLOB 'fixed:*' THEN CAST(substr(q.hold_size, 7) AS INTEGER)
  ELSE min({quota_amount:{x}}, iif(q.hold_size = 'max' OR q.metric = 'input', 9223372036854775807, coalesce(CASE
    WHEN q.metric = 'cost' THEN iif(q.hold_size = 'p95', {x}.cost_p95, {x}.cost_p99)
    ELSE iif(q.hold_size = 'p95', {x}.output_p95, {x}.output_p99)
      + iif(q.metric = 'total', coalesce({x}.input_tokens, 0), 0) END, 9223372036854775807)))
  END
