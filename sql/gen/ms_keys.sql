-- {ms_keys:NEW.}: the key of one row of the ledger in each dim of llm_rollup_ms; the count follows, then
-- {ms_of:NEW.}.
INSERT INTO llm_rollup_ms(dim, bucket, provider, model, bin, requests)
SELECT p.dim, {day:{unix_time:{x}}}, CASE p.dim WHEN 'all' THEN '' ELSE {key:{x}provider} END,
CASE p.dim WHEN 'all' THEN '' ELSE {key:{x}model} END, {ms_bin:{x}response_time_ms},
