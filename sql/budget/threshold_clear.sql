-- The thresholds of quota ?1 that tok_quota_set or the default made.
DELETE FROM main.llm_alert WHERE quota_id = ?1 AND basis = 'percent' AND description IN ('default', 'threshold')
