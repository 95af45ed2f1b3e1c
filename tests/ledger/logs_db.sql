-- A logs.db as llm writes it: the columns that matter of `responses` (before 0.32) and `turns`
-- (since), with the usage of several providers. Rows as recorded by llm 0.36 from models with
-- recorded answers; regenerate and compare with make bench-llm, which runs llm itself.
CREATE TABLE "responses" ("id" TEXT PRIMARY KEY, "model" TEXT, "prompt" TEXT, "response" TEXT, "conversation_id" TEXT,
  "duration_ms" INTEGER, "datetime_utc" TEXT, "input_tokens" INTEGER, "output_tokens" INTEGER, "token_details" TEXT,
  "resolved_model" TEXT);
CREATE TABLE "turns" ("id" TEXT PRIMARY KEY, "thread_id" TEXT, "parent_message_hash" TEXT, "tip_message_hash" TEXT,
  "model" TEXT, "resolved_model" TEXT, "options_json" TEXT, "schema_id" TEXT, "input_tokens" INTEGER,
  "output_tokens" INTEGER, "token_details" TEXT, "duration_ms" INTEGER, "datetime_utc" TEXT, "response_json" TEXT);
INSERT INTO responses VALUES
  ('01old1', 'gpt-4o-mini', 'hi', 'hello', 'c1', 812, '2025-11-05T10:20:30.123456', 9, 10, '{}', 'gpt-4o-mini-2024-07-18'),
  ('01old2', 'gpt-4o', 'hi', 'hello', 'c1', 1500, '2025-11-05T10:21:30.123456+00:00', 2000, 50,
   '{"prompt_tokens_details": {"cached_tokens": 1920}, "completion_tokens_details": {"reasoning_tokens": 20}}', NULL),
  ('01old3', 'orca-mini', 'hi', 'hello', 'c2', 99, '2025-11-05T10:22:30', NULL, NULL, NULL, NULL);
INSERT INTO turns VALUES
  ('01new1', 't1', NULL, 'h1', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', NULL, NULL, 12, 7, NULL, 640, '2026-08-01T00:00:00.5', NULL),
  ('01new2', 't1', 'h1', 'h2', 'claude-sonnet-4', NULL, NULL, NULL, 4, 120,
   '{"cache_creation_input_tokens": 1000, "cache_read_input_tokens": 9000, "cache_creation": {"ephemeral_1h_input_tokens": 400}}',
   2100, '2026-08-01T00:01:00', NULL),
  ('01new3', 't2', NULL, 'h3', 'gemini-2.5-pro', NULL, NULL, NULL, 100, 60,
   '{"thoughtsTokenCount": 40, "cachedContentTokenCount": 64}', 3000, '2026-08-01T00:02:00', NULL);
