-- The rows after the watermark, each as a roll-up row of one request (sql/schema/0004_rollup.sql).
DROP VIEW IF EXISTS main.llm_rollup_tail;
CREATE VIEW main.llm_rollup_tail(id, unix_time, tenant_id, provider, model, task_type, response_time_ms,
  {measures:}) AS
SELECT id, unix_time, tenant_id, provider, model, task_type, response_time_ms, {measures_of_row:}
FROM llm_usage NOT INDEXED WHERE id > (SELECT watermark FROM llm_rollup_state);
