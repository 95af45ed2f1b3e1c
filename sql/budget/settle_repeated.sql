-- The ledger had this response already (under ?2 provider and ?3 response_id, or under none): its
-- row settles hold ?1.
UPDATE main.llm_hold SET state = 'settled', usage_id = (
  SELECT id FROM main.llm_usage WHERE response_id = ?3 AND (provider IS ?2 OR provider IS llm_hold.provider))
WHERE ref = ?1 AND usage_id IS NULL
