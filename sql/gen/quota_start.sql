-- {quota_start:t}: where the period (of a rolling window: the bucket) of quota q that holds t
-- begins; Unix seconds. A calendar that does not reach t gives -9000000000000000000: counted there,
-- never lost, and refused where a block quota guards.
CASE q.kind
  WHEN 'fixed' THEN {x} - (({x} - q.anchor_s) % q.len_s + q.len_s) % q.len_s
  WHEN 'month' THEN CAST(strftime('%s', {x}, 'unixepoch', 'start of month',
    '-' || ((strftime('%m', {x}, 'unixepoch') - 1) % q.months) || ' months') AS INTEGER)
  WHEN 'lifetime' THEN 0
  WHEN 'bucket' THEN 0
  WHEN 'rolling' THEN {x} - ({x} % q.len_s + q.len_s) % q.len_s
  ELSE coalesce((SELECT iif(c.stop > {x}, c.start, NULL) FROM llm_calendar AS c
    WHERE c.calendar = q.calendar AND c.start <= {x} ORDER BY c.start DESC LIMIT 1), -9000000000000000000)
  END
