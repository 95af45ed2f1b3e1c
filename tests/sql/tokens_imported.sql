-- A model whose own vocabulary was imported under its name: texts are counted exactly, and what
-- stands around the messages of a chat is that of the model's family.
CREATE VIRTUAL TABLE "qwen-small" USING tok_vocabulary('tests/tokens/fixtures/small_qwen2.json');
CREATE VIRTUAL TABLE mine USING tok_vocabulary('tests/tokens/fixtures/small_qwen2.json');
SELECT tok_estimate('qwen-small', 'the quick brown fox'), tok_count('qwen-small', 'the quick brown fox');
SELECT tok_estimate('openrouter/qwen/qwen-small:free', 'the quick brown fox') ->> 'exact',
       tok_count('Qwen/qwen-small-2025-01-01', 'the quick brown fox'), tok_encoding('QWEN-SMALL');
.print -- around one message: the same as without the vocabulary
SELECT tok_count_messages('qwen-small', '[{"role":"user","content":"the quick brown fox"}]') - tok_count('qwen-small', 'the quick brown fox'),
       tok_count_messages('qwen-other', '[{"role":"user","content":"the quick brown fox"}]') - tok_count('qwen-other', 'the quick brown fox');
.print -- of a model of no family only texts are known
SELECT tok_estimate('mine', 'the quick brown fox');
SELECT tok_count_messages('mine', '[{"role":"user","content":"the quick brown fox"}]') IS NULL;
.print -- dropped: an estimate again
DROP TABLE "qwen-small";
SELECT tok_estimate('qwen-small', 'the quick brown fox') ->> 'exact', tok_estimate('mine', 'x') ->> 'tokens';
.print -- damaged: an error
UPDATE mine_about SET value = 'x' WHERE key = 'packed';
DELETE FROM mine_token WHERE id = 80;
UPDATE mine_about SET value = 'other' WHERE key = 'stamp';
SELECT tok_estimate('mine', 'x');
SELECT tok_count_messages('mine', '[]');
