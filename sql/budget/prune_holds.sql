-- Ended holds are kept for a while, so that a late retry is still known. ?1: those that expired before.
DELETE FROM main.llm_hold WHERE state <> 'held' AND expires < ?1
