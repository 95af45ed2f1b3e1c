-- Factors learned from bills.
.nullvalue NULL
SELECT tok_init() >= 6;
SELECT tok_calibrate();
CREATE TEMP TABLE before AS SELECT tok_estimate('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.') AS e;
-- 40 requests billed 1.5 times what was estimated, one model with too few, one that is counted
-- exactly
WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 40)
INSERT INTO llm_usage(timestamp, provider, model, input_tokens, output_tokens, estimated_tokens)
SELECT 1790000000 + i, 'anthropic', 'claude-sonnet-4-5', 3 * (50 + i), 1, 2 * (50 + i) FROM n
UNION ALL SELECT 1790000000 + i, 'google', 'gemini-2.5-pro', 200 + i, 1, 100 FROM n WHERE i < 20
UNION ALL SELECT 1790000000 + i, 'openai', 'gpt-4o', 200 + i, 1, 100 FROM n
UNION ALL SELECT 1790000000 + i, 'anthropic', 'claude-opus-4-8', 200 + i, 1, NULL FROM n;
SELECT tok_calibrate(1780000000, 1790001000), tok_calibrate('2026-01-01', '2026-12-31T00:00:00Z');
SELECT model, factor, spread, requests, tokens, calibrated_at FROM llm_factor;
SELECT tok_estimate('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.');
SELECT round((tok_estimate('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.') ->> 'factor') / (e ->> 'factor'), 2) FROM before;
SELECT tok_estimate('gpt-4o', 'x') ->> 'calibrated_on', tok_count('claude-sonnet-4-5', 'The quick brown fox jumps over the lazy dog.');
.print -- nothing new, nothing lost
SELECT tok_calibrate(1790001000), count(*) FROM llm_factor;
.print -- wrong use
SELECT tok_calibrate(NULL), tok_calibrate(0, NULL);
SELECT tok_calibrate('yesterday');
SELECT tok_calibrate(1, 2, 3);
UPDATE llm_factor SET factor = 7;
INSERT INTO llm_usage(model, estimated_tokens) VALUES ('x', -1);
.print -- without a ledger
ATTACH ':memory:' AS other;
DROP TABLE llm_factor;
SELECT tok_estimate('claude-sonnet-4-5', 'x') ->> 'tokens';
SELECT tok_calibrate();
