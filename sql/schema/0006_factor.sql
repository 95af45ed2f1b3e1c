-- What this database has learned about closed models' tokens. Applications write beside each
-- request what tok_estimate or tok_count_messages said before the call; tok_calibrate() compares
-- that with what was billed.
ALTER TABLE main.llm_usage ADD COLUMN
  estimated_tokens INTEGER CHECK (estimated_tokens >= 0);  -- of the input, before the call

CREATE TABLE main.llm_factor(
  model         TEXT PRIMARY KEY COLLATE NOCASE,  -- as llm_usage names it
  factor        REAL NOT NULL CHECK (factor BETWEEN 0.2 AND 5),  -- billed tokens for one estimated
  spread        REAL NOT NULL CHECK (spread >= 0),  -- 9 requests of 10 are within this share of the estimate
  requests      INTEGER NOT NULL,                 -- the evidence
  tokens        INTEGER NOT NULL,                 -- billed
  calibrated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
