-- Ended holds are kept for a while, so that a late retry is still known. ?1: those that expired
-- before, ?2: among the oldest so many, so that a sweep does not read every hold there is.
DELETE FROM main.llm_hold WHERE id IN (SELECT id FROM main.llm_hold ORDER BY id LIMIT ?2) AND state <> 'held' AND expires < ?1
