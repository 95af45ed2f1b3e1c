-- ?1 ref.
SELECT id, state, expires, usage_id FROM main.llm_hold WHERE ref = ?1
