-- Charges of a row that moves from one counter to another, until its UPDATE is complete:
-- sql/triggers/llm_usage_moves.sql. Empty between statements.
CREATE TABLE main.llm_quota_waiting(
  n               INTEGER PRIMARY KEY,
  usage_id        INTEGER NOT NULL,
  unix_time       INTEGER,
  provider        TEXT,
  model           TEXT,
  task_type       TEXT,
  tenant_id       TEXT,
  user_id         TEXT,
  api_key_id      TEXT,
  session_id      TEXT,
  tags            TEXT,
  requests        INTEGER,  -- -1: the row goes, a move begins; 1: it comes; 0: its amounts change; NULL: a move ends
  input_tokens    INTEGER,
  output_tokens   INTEGER,
  total_tokens    INTEGER,
  cost_nano       INTEGER,
  unpriced        INTEGER,
  unpriced_tokens INTEGER
) STRICT;

-- Two triggers of earlier versions, and a table in which such an UPDATE left a note: the installer
-- drops that.
DROP TRIGGER IF EXISTS main.llm_quota_moves;
DROP TRIGGER IF EXISTS main.llm_quota_differs;
-- The column llm_counter.was of such a ledger is not used any more; a new one has none. It stays
-- there: DROP COLUMN fails where any view of the application is broken.
