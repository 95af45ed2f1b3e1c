-- ?1 ref.
UPDATE main.llm_hold SET state = 'released' WHERE ref = ?1 AND state = 'held'
