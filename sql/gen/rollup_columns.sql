-- {rollup_columns:}: the primary key of llm_rollup.
dim, level, bucket, tenant_id, provider, model, task_type
