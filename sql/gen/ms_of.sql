-- {ms_of:NEW.}: see ms_keys.sql.
FROM (SELECT 'all' AS dim UNION ALL SELECT 'model') AS p
WHERE {x}id <= (SELECT watermark FROM llm_rollup_state) AND {x}response_time_ms IS NOT NULL
