-- {ms_add:}: the end of an INSERT that adds to llm_rollup_ms.
ON CONFLICT(dim, bucket, provider, model, bin) DO UPDATE SET requests = requests + excluded.requests
