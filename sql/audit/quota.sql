-- tok_audit(): every counter and grant of a quota that is not what the ledger and the open holds
-- give.
SELECT 'llm_counter' AS counter, quote(quota) || ' ' || quote(key) || ' ' || coalesce(start, '') AS key, what AS measure,
  stored, truth AS ledger
FROM main.llm_quota_audit;
