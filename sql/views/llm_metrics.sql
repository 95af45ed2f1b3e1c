-- Each request under the names that analytics services use; all times in one form.
DROP VIEW IF EXISTS main.llm_metrics;
CREATE VIEW main.llm_metrics AS
SELECT {iso:unix_time} AS timestamp,
  tenant_id,
  model,
  task_type AS request_type,
  input_tokens AS prompt_tokens,
  output_tokens AS completion_tokens,
  total_tokens,
  cost_nano / 1e9 AS total_cost_usd,
  cost_nano / 1e9 AS cost_per_request
FROM llm_usage;
