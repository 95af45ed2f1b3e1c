-- What the other buckets of a rolling window counted when its rules were looked at last: a look
-- adds them up once, not once a rule.
ALTER TABLE main.llm_counter ADD COLUMN around INTEGER;
