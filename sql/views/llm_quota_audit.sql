-- The truth about counters, from the ledger and the open holds; and where llm_counter says
-- otherwise: empty if all is well. What is wrong is put right by UPDATE llm_quota SET active =
-- active.
DROP VIEW IF EXISTS main.llm_quota_truth;
CREATE VIEW main.llm_quota_truth(quota_id, key, start, used, held, requests, unpriced) AS
SELECT quota_id, key, start, sum(used), sum(held), sum(requests), sum(unpriced) FROM (
  SELECT q.id AS quota_id, {quota_key:u} AS key, {quota_start:u.unix_time} AS start, {quota_amount:u} AS used,
    0 AS held, 1 AS requests, {quota_unpriced:u} AS unpriced
  FROM llm_usage AS u CROSS JOIN llm_quota AS q ON {quota_match:u}
  UNION ALL
  SELECT i.quota_id, i.key, i.start, 0, i.units, 0, 0
  FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id WHERE h.state = 'held')
GROUP BY quota_id, key, start;

-- What token buckets lack of full by the ledger and the open holds, had everything come in the
-- order of its time: row by row, exact. llm_counter.debt is that, or more where something came late
-- or went again; a bucket never gives more than it may.
DROP VIEW IF EXISTS main.llm_bucket_truth;
CREATE VIEW main.llm_bucket_truth(quota_id, key, debt, at) AS
WITH RECURSIVE
  event AS (
    SELECT quota_id, key, at, units * span_s AS amount, refill,
      row_number() OVER (PARTITION BY quota_id, key ORDER BY at) AS n
    FROM (
      SELECT q.id AS quota_id, {quota_key:u} AS key, u.unix_time AS at, {quota_amount:u} AS units, q.span_s, q.refill
      FROM llm_quota AS q CROSS JOIN llm_usage AS u ON q.kind = 'bucket' AND {quota_match:u}  -- no bucket: nothing is read
      UNION ALL
      SELECT q.id, i.key, h.unix_time, i.units, q.span_s, q.refill
      FROM llm_hold AS h CROSS JOIN llm_hold_item AS i ON i.hold_id = h.id CROSS JOIN llm_quota AS q ON q.id = i.quota_id
      WHERE h.state = 'held' AND q.kind = 'bucket')),
  level(quota_id, key, n, at, debt) AS (
    SELECT quota_id, key, n, at, max(0, min(4611686018427387904, amount)) FROM event WHERE n = 1
    UNION ALL
    SELECT e.quota_id, e.key, e.n, e.at,
      max(0, min(4611686018427387904, max(0, l.debt - e.refill * (e.at - l.at)) + e.amount))
    FROM level AS l JOIN event AS e ON e.quota_id = l.quota_id AND e.key = l.key AND e.n = l.n + 1)
SELECT quota_id, key, debt, at FROM (SELECT quota_id, key, debt, at, max(n) FROM level GROUP BY quota_id, key);

DROP VIEW IF EXISTS main.llm_quota_audit;
CREATE VIEW main.llm_quota_audit(quota, key, start, what, stored, truth) AS
SELECT coalesce(q.name, 'quota ' || d.quota_id || ', which is gone'), d.key, d.start, d.what, sum(d.stored), sum(d.truth)
FROM (
  SELECT quota_id, key, start, 'used' AS what, used AS stored, 0 AS truth FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'held', held, 0 FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'requests', requests, 0 FROM llm_counter
  UNION ALL SELECT quota_id, key, start, 'unpriced', unpriced, 0 FROM llm_counter
  UNION ALL SELECT t.quota_id, t.key, t.start, w.what,
    0, CASE w.what WHEN 'used' THEN t.used WHEN 'held' THEN t.held WHEN 'requests' THEN t.requests ELSE t.unpriced END
  FROM llm_quota_truth AS t CROSS JOIN (SELECT 'used' AS what UNION ALL SELECT 'held' UNION ALL SELECT 'requests'
    UNION ALL SELECT 'unpriced') AS w) AS d
LEFT JOIN llm_quota AS q ON q.id = d.quota_id
WHERE q.id IS NULL OR q.active
GROUP BY d.quota_id, d.key, d.start, d.what HAVING sum(d.stored) <> sum(d.truth)
UNION ALL
SELECT q.name, g.key, NULL, 'grant ' || g.id, g.used, coalesce(sum(s.units), 0)
FROM llm_grant AS g JOIN llm_quota AS q ON q.id = g.quota_id LEFT JOIN llm_grant_use AS s ON s.grant_id = g.id
GROUP BY g.id HAVING g.used <> coalesce(sum(s.units), 0)
UNION ALL
SELECT q.name, t.key, 0, 'debt', c.debt, max(0, t.debt - q.refill * (c.debt_at - t.at))
FROM llm_bucket_truth AS t JOIN llm_quota AS q ON q.id = t.quota_id
LEFT JOIN llm_counter AS c ON c.quota_id = t.quota_id AND c.key = t.key AND c.start = 0
WHERE c.debt IS NULL OR c.debt_at < t.at OR c.debt < max(0, t.debt - q.refill * (c.debt_at - t.at));
