-- Why a guard refuses the change of a counter that it looks at: ?1 quota, ?2 key, ?3 start. No row:
-- it does not.
SELECT printf('tok: quota ''%s''%s ', q.name, iif(c.key = '', '', printf(' of ''%s''', c.key))) || CASE
    WHEN c.start = -9000000000000000000 THEN 'has a calendar that does not reach this time; tok_quota_sweep() extends it'
    WHEN q.metric = 'cost' AND q.unpriced = 'deny' AND u.id IS NOT NULL AND u.cost_nano IS NULL AND u.cost_usd IS NULL
      THEN 'takes no usage without a price (unpriced is deny)'
    WHEN q.metric = 'cost' THEN
      printf('exceeded: %.9g of %.9g dollars (period %s, action block)', sum_units / 1e9, c.allowed / 1e9, q.period)
    ELSE printf('exceeded: %d of %d %s (period %s, action block)', sum_units, c.allowed,
      iif(q.metric = 'requests', 'requests', q.metric || ' tokens'), q.period) END
FROM (SELECT n.*, CASE q.kind WHEN 'bucket' THEN (n.debt + q.span_s - 1) / q.span_s WHEN 'rolling' THEN (
      SELECT sum(w.used) + sum(w.held) FROM main.llm_counter AS w WHERE w.quota_id = ?1 AND w.key = ?2
        AND w.start > ?3 - q.span_s - q.len_s AND w.start < ?3 + q.span_s + q.len_s) ELSE n.used + n.held END AS sum_units
  FROM (SELECT y.quota_id, y.key, y.start, y.used, y.held, y.look, y.usage_id, y.debt, {quota_limit:y} AS allowed
    FROM main.llm_counter AS y CROSS JOIN main.llm_quota AS q ON q.id = y.quota_id
    WHERE y.quota_id = ?1 AND y.key = ?2 AND y.start = ?3) AS n
  CROSS JOIN main.llm_quota AS q ON q.id = ?1) AS c
CROSS JOIN main.llm_quota AS q ON q.id = c.quota_id
LEFT JOIN main.llm_usage AS u ON u.id = c.usage_id
WHERE {quota_refused:-}
