-- Quotas and their counters now: ?1 now, ?2 name; NULL or '' for all.
SELECT q.name, x.key, q.metric, q.action, q.period, q.zone, x.start, x.used, x.held, {quota_limit:x},
  coalesce(q.soft_units, -1), q.guard, q.hold_size, q.unpriced, x.unpriced,
  q.kind = 'bucket', coalesce(x.debt, 0), coalesce(x.debt_at, x.at), q.refill, q.span_s
FROM (
  SELECT m.*, coalesce(m.kept, (SELECT {quota_carry:m} FROM main.llm_quota AS q WHERE q.id = m.quota_id)) AS carried
  FROM (
    SELECT s.id AS quota_id, s.start, s.at, coalesce(c.key, '') AS key, coalesce(sum(c.used), 0) AS used,
      coalesce(sum(c.held), 0) AS held, coalesce(sum(c.unpriced), 0) AS unpriced,
      max(iif(c.start = s.start, c.carried, NULL)) AS kept, max(c.debt) AS debt, max(c.debt_at) AS debt_at
    FROM (
      SELECT q.id, ?1 AS at, q.split_by, {quota_start:?1} AS start,
        iif(q.kind = 'rolling', q.span_s + q.len_s - 1, 0) AS back
      FROM main.llm_quota AS q WHERE q.active AND q.hourly_of IS NULL AND (coalesce(?2, '') = '' OR q.name = ?2) LIMIT -1) AS s
    LEFT JOIN main.llm_counter AS c ON c.quota_id = s.id AND c.start BETWEEN s.start - s.back AND s.start
    WHERE c.key IS NOT NULL OR s.split_by = ''
    GROUP BY s.id, c.key LIMIT -1) AS m
  LIMIT -1) AS x
CROSS JOIN main.llm_quota AS q ON q.id = x.quota_id
ORDER BY q.name, x.key
