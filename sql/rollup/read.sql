-- The rows of a fold: ?1 <= id <= ?2, in the order of tok_rollup_row.
SELECT timestamp, tenant_id, provider, model, task_type, input_tokens, output_tokens, total_tokens,
  cache_read_tokens, cost_nano, response_time_ms
FROM main.llm_usage NOT INDEXED WHERE id >= ?1 AND id <= ?2;
