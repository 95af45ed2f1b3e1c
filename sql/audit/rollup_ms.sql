-- tok_audit(): every count of response times that is not what the ledger gives.
WITH
  timed(bucket, provider, model, bin, requests) AS (
    SELECT {day:unix_time}, {key:provider}, {key:model}, {ms_bin:response_time_ms}, count(*)
    FROM main.llm_usage NOT INDEXED
    WHERE id <= (SELECT watermark FROM main.llm_rollup_state) AND response_time_ms IS NOT NULL
    GROUP BY 1, 2, 3, 4),
  both(dim, bucket, provider, model, bin, stored, ledger) AS (
    SELECT dim, bucket, provider, model, bin, requests, 0 FROM main.llm_rollup_ms
    UNION ALL SELECT 'model', bucket, provider, model, bin, 0, requests FROM timed
    UNION ALL SELECT 'all', bucket, '', '', bin, 0, requests FROM timed)
SELECT 'llm_rollup_ms' AS counter,
  dim || ' ' || bucket || ' ' || quote(provider) || ' ' || quote(model) || ' ' || bin AS key,
  'requests' AS measure, sum(stored) AS stored, sum(ledger) AS ledger
FROM both GROUP BY dim, bucket, provider, model, bin HAVING sum(stored) <> sum(ledger);
