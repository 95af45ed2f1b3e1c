-- Spending by session, from the rows: WHERE session_id = ... reads only those of that session.
DROP VIEW IF EXISTS main.llm_by_session;
CREATE VIEW main.llm_by_session AS
SELECT session_id, {spending:},
CASE WHEN cost_known > 0 THEN cost_nano END * 1.0 / ({all_cost:}) AS share, -- of all cost
requests - cost_known AS unpriced,
CASE WHEN cost_known > 0 THEN cost_nano END AS cost_nano,
{iso:first_at} AS first_at,
{iso:last_at} AS last_at
FROM (
  SELECT session_id, {measures_total:} FROM (SELECT session_id, {named_row:} FROM llm_usage)
  GROUP BY session_id);
