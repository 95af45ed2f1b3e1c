-- {quota_limit:c}: the limit of counter c of quota q at time c.at: an override that holds then or
-- the quota's own, what was carried over less what was carried on, what grants have paid and what
-- they still can, but for what is promised to holds. Rolling windows and token buckets have no
-- grants: what they exceed is no period's excess.
min(9223372036854775807, coalesce((SELECT o.limit_units FROM llm_quota_override AS o
    WHERE o.quota_id = q.id AND o.key = {x}.key AND o.since <= {x}.at AND {x}.at < o.until), q.limit_units)
  + {x}.carried - {quota_given:{x}}
  + iif(q.kind = 'rolling' OR q.kind = 'bucket', 0,
    coalesce((SELECT sum(g.units) FROM llm_grant_use AS g
      WHERE g.quota_id = q.id AND g.key = {x}.key AND g.start = {x}.start), 0)
    + CASE WHEN q.special THEN max(0, coalesce((SELECT sum(g.units - g.used) FROM llm_grant AS g
      WHERE g.quota_id = q.id AND g.key = {x}.key AND g.since <= {x}.at AND {x}.at < g.until), 0) - {quota_promised:{x}}) ELSE 0 END))
