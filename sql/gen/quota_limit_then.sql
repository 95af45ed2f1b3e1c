-- {quota_limit_then:c}: the limit of key c.key of quota q in the periods from f.start to c.start.
-- An override of all that time is the limit; what one of a part of it lifts is for then, and not
-- carried.
coalesce((SELECT iif(o.since <= f.start AND {x}.start <= o.until, o.limit_units, min(o.limit_units, q.limit_units))
  FROM llm_quota_override AS o
  WHERE o.quota_id = q.id AND o.key = {x}.key AND o.since < {x}.start AND f.start < o.until), q.limit_units)
