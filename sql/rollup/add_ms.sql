-- One count of response times of a fold.
INSERT INTO main.llm_rollup_ms(dim, bucket, provider, model, bin, requests) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
{ms_add:};
