-- {quota_limit_of:k}: the limit of quota q for key k.key in the period of k.at, as tok_quota_status
-- has it.
CASE WHEN q.special OR q.rollover_units > 0 THEN (SELECT {quota_limit:y} FROM (
    SELECT m.*, coalesce((SELECT carried FROM llm_counter AS c WHERE c.quota_id = q.id AND c.key = m.key AND c.start = m.start),
      {quota_carry:m}) AS carried
    FROM (SELECT {x}.key AS key, {quota_start:{x}.at} AS start, {x}.at AS at) AS m) AS y)
  ELSE q.limit_units END
