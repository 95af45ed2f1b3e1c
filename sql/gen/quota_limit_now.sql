-- {quota_limit_now:-}: the limit that quota q has for request r now, whether its counter c is there
-- yet or not.
CASE WHEN q.special OR q.rollover_units > 0 THEN (SELECT {quota_limit:y} FROM (
    SELECT m.*, coalesce(c.carried, {quota_carry:m}) AS carried FROM (
      SELECT {quota_key:r} AS key, {quota_start:r.unix_time} AS start, r.unix_time AS at) AS m) AS y)
  ELSE q.limit_units END
