-- What is asked before a record is written (import/put.sql): its provider, and its cost by the rule
-- of every row (gen/row_cost.sql), because a row that comes with its cost needs no UPDATE by a
-- trigger. :usage is the response's usage in canonical form, where it is at hand: a response may
-- count what no column holds (audio, web searches, …). Meters without it are left to the trigger.
SELECT provider, CASE (SELECT value FROM main.llm_setting WHERE name = 'cost_mode')
  WHEN 'reported' THEN nullif(:reported_cost_nano, 0)
  WHEN 'calculated' THEN {record_price:-}
  ELSE coalesce(nullif(:reported_cost_nano, 0), {record_price:-}) END
FROM (SELECT coalesce(:provider, CASE WHEN :resolve THEN tok_resolve(:model) ->> '$.provider' END) AS provider,
  coalesce(:timestamp, CAST(strftime('%s', 'now') AS INTEGER)) AS at LIMIT 1 OFFSET 0);
