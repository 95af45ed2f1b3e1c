-- Holds that nobody settled in time give back what they parked. ?1 now.
UPDATE main.llm_hold SET state = 'expired' WHERE state = 'held' AND expires <= ?1
