-- Every quota that covers a request (quota_request.sql), with its counter now. Cost: the quotas that match, two look-ups
-- each; the ledger is not read.
SELECT q.id, q.name, x.key, q.metric, q.action, x.start,
  CASE q.kind WHEN 'rolling' THEN coalesce((SELECT sum(w.used) FROM main.llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = x.key AND w.start > x.start - q.span_s - q.len_s
        AND w.start < x.start + q.span_s + q.len_s), 0) ELSE x.used END,
  CASE q.kind WHEN 'rolling' THEN coalesce((SELECT sum(w.held) FROM main.llm_counter AS w
      WHERE w.quota_id = q.id AND w.key = x.key AND w.start > x.start - q.span_s - q.len_s
        AND w.start < x.start + q.span_s + q.len_s), 0) ELSE x.held END,
  {quota_limit:x}, coalesce(q.soft_units, -1), x.units, q.unpriced, q.unpriced_nano, q.period, q.zone, q.hold_size,
  q.kind = 'rolling', x.unpriced
FROM (
  SELECT m.*, m.unix_time AS at, coalesce(c.used, 0) AS used, coalesce(c.held, 0) AS held,
    coalesce(c.unpriced, 0) AS unpriced,
    coalesce(c.carried, (SELECT {quota_carry:m} FROM main.llm_quota AS q WHERE q.id = m.quota_id)) AS carried
  FROM (
    SELECT q.id AS quota_id, r.unix_time, {quota_key:r} AS key, {quota_start:r.unix_time} AS start,
      {quota_hold:r} AS units
    FROM ({quota_request:-}) AS r CROSS JOIN main.llm_quota AS q
    WHERE {quota_match:r} LIMIT -1) AS m
  LEFT JOIN main.llm_counter AS c ON c.quota_id = m.quota_id AND c.key = m.key AND c.start = m.start
  LIMIT -1) AS x
CROSS JOIN main.llm_quota AS q ON q.id = x.quota_id
