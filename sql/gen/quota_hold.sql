-- {quota_hold:h}: how many units of quota q the hold h parks.
CASE
  WHEN q.metric = 'requests' THEN {x}.requests
  WHEN q.hold_size = 'none' THEN 0
  WHEN q.hold_size GLOB 'fixed:*' THEN CAST(substr(q.hold_size, 7) AS INTEGER)
  WHEN q.hold_size IN ('p95', 'p99') AND q.metric <> 'input' THEN min({quota_amount:{x}}, CASE q.metric
    WHEN 'cost' THEN coalesce(iif(q.hold_size = 'p95', {x}.cost_p95, {x}.cost_p99), {quota_amount:{x}})
    ELSE coalesce(iif(q.hold_size = 'p95', {x}.output_p95, {x}.output_p99), {x}.output_tokens, 0)
      + iif(q.metric = 'total', {quota_amount:{x}} - coalesce({x}.output_tokens, 0), 0) END)
  ELSE {quota_amount:{x}}
  END
