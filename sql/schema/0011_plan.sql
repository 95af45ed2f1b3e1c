-- Who reads llm_quota keeps what it read for as long as this number stays: a trigger draws a new
-- one at each change. Random, so that a number that was rolled back never comes back with other
-- quotas.
ALTER TABLE main.llm_clock ADD COLUMN quotas INTEGER NOT NULL DEFAULT 0;
UPDATE main.llm_clock SET quotas = random();

-- Whoever writes a hold with its items and counters says so with that number; of any other the
-- trigger finds the quotas.
ALTER TABLE main.llm_hold ADD COLUMN matched INTEGER;
