-- The limit of quota ?1 that has grants, overrides or rollover: ?2 key, ?3 start, ?4 now. As
-- match.sql has it.
SELECT (SELECT {quota_limit:y} FROM (
    SELECT m.*, coalesce((SELECT carried FROM main.llm_counter AS c WHERE c.quota_id = q.id AND c.key = m.key AND c.start = m.start),
      {quota_carry:m}) AS carried
    FROM (SELECT ?2 AS key, ?3 AS start, ?4 AS at) AS m) AS y)
FROM main.llm_quota AS q WHERE q.id = ?1
