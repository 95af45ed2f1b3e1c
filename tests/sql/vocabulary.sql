-- Imported vocabularies of every format, against what their reference implementations made of the
-- same texts (tests/tokens/fixtures/expected.json).
CREATE TABLE expected AS SELECT value->>'name' AS name, value->>'pattern' AS pattern, value->>'text' AS text,
  value->>'special' AS special, value->'ids' AS ids FROM json_each(readfile('tests/tokens/fixtures/expected.json'));

CREATE VIRTUAL TABLE gpt2_s USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
CREATE VIRTUAL TABLE qwen2_s USING tok_vocabulary('tests/tokens/fixtures/small_qwen2.json');
CREATE VIRTUAL TABLE claude_s USING tok_vocabulary('tests/tokens/fixtures/small_claude.json');
CREATE VIRTUAL TABLE llama3_s USING tok_vocabulary('tests/tokens/fixtures/small_llama3.json');
CREATE VIRTUAL TABLE tiktoken_s USING tok_vocabulary('tests/tokens/fixtures/small.tiktoken', 'llama3');
CREATE VIRTUAL TABLE tekken_s USING tok_vocabulary("tests/tokens/fixtures/small_tekken.json");
CREATE VIRTUAL TABLE bpe_s USING tok_vocabulary('tests/tokens/fixtures/small_bpe.model');
CREATE VIRTUAL TABLE unknown_s USING tok_vocabulary('tests/tokens/fixtures/small_unknown.model');
CREATE VIRTUAL TABLE unigram_s USING tok_vocabulary('tests/tokens/fixtures/small_unigram.model');
CREATE VIRTUAL TABLE precompiled_s USING tok_vocabulary('tests/tokens/fixtures/small_precompiled.json');
CREATE VIRTUAL TABLE rules_s USING tok_vocabulary('tests/tokens/fixtures/small_rules.model');

-- ids and counts equal the reference's
SELECT v, count(*) AS texts, sum(tok_encode(v, text, special) = ids) AS equal,
  sum(special = 'all' AND ids LIKE '%zz%' OR tok_count(v, text) = json_array_length(tok_encode(v, text))) AS counted
FROM (SELECT replace(replace(replace(replace(name, 'small_', ''), 'small.', ''), '.json', ''), '.model', '') || '_s' AS v,
        * FROM expected) GROUP BY v;
-- what an encoding with bytes gives back is the text
SELECT name, count(*) FROM expected JOIN (SELECT 'gpt2_s' AS v UNION ALL SELECT 'llama3_s' UNION ALL SELECT 'tekken_s')
  WHERE name = 'small_gpt2.json' AND tok_decode(v, tok_encode(v, text)) <> text;
SELECT tok_decode('qwen2_s', tok_encode('qwen2_s', 'cafe' || char(0x301))), tok_count('QWEN2_S', 'a b');
-- tokens with their places; the text was composed
SELECT pos, id, text, start, "end" FROM tok_tokens('qwen2_s', 'e' || char(0x301) || ' <tool>x');
SELECT pos, id, text, start, "end" FROM tok_tokens('bpe_s', 'a' || char(0x2581) || 'b <tool>');
SELECT chunk, text, tokens FROM tok_chunks('bpe_s', 'the quick brown fox jumps over the lazy dog', 12);
SELECT tok_truncate('llama3_s', 'the quick brown fox jumps over the lazy dog', 6);
SELECT encoding, id, text, special FROM tok_vocab WHERE encoding = 'qwen2_s' AND (id = 300 OR token = '<|end|>') ORDER BY id;
SELECT name, n_vocab, n_special, source, embedded, length(sha256) FROM tok_encodings WHERE NOT embedded;
SELECT id, text, special, rank FROM qwen2_s WHERE id IN (64, 400, 420);
SELECT count(*), max(id) FROM llama3_s;
SELECT tok_encoding('llama3_s'), tok_count(m, 'hello world') FROM (SELECT 'llama3_s' AS m UNION ALL SELECT 'nosuch' UNION ALL SELECT 'bpe_s');

-- a vocabulary never changes under its name; DROP removes it
INSERT INTO qwen2_s VALUES (1, x'00', 'x', 1, 0, 1);
ALTER TABLE qwen2_s RENAME TO other;
CREATE VIRTUAL TABLE qwen2_s USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
DROP TABLE qwen2_s;
SELECT tok_encode('qwen2_s', 'a');
SELECT count(*) FROM sqlite_schema WHERE name LIKE 'qwen2%';
-- from contents instead of a file; under a name that was used before
CREATE VIRTUAL TABLE qwen2_s USING tok_vocabulary((SELECT readfile('tests/tokens/fixtures/small_gpt2.json')));
SELECT tok_encode('qwen2_s', 'the quick') = tok_encode('gpt2_s', 'the quick'), (SELECT source FROM tok_encodings WHERE name = 'qwen2_s');
-- rolled back
BEGIN;
DROP TABLE gpt2_s;
SELECT tok_encoding('gpt2_s');
ROLLBACK;
SELECT tok_encode('gpt2_s', 'the');
BEGIN;
CREATE VIRTUAL TABLE gone USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
SELECT tok_count('gone', 'the quick brown fox');
ROLLBACK;
SELECT tok_encoding('gone'), count(*) FROM sqlite_schema WHERE name LIKE 'gone%';

-- errors leave nothing behind
BEGIN;
CREATE TABLE kept(x);
CREATE VIRTUAL TABLE bad USING tok_vocabulary('tests/tokens/fixtures/no such file');
CREATE VIRTUAL TABLE bad USING tok_vocabulary('README.md');
CREATE VIRTUAL TABLE bad USING tok_vocabulary('tests/tokens/fixtures/small.tiktoken');
CREATE VIRTUAL TABLE bad USING tok_vocabulary('tests/tokens/fixtures/small.tiktoken', '\w+|\W+');
CREATE VIRTUAL TABLE bad USING tok_vocabulary();
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT 1 WHERE 0));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT nothing));
CREATE VIRTUAL TABLE "gpt-4o" USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_gpt2.json'), '"ByteLevel"', '"BertPreTokenizer"')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_qwen2.json'), '\\p{N}|', '\\p{N}{1,2}|')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_gpt2.json'), '"BPE"', '"WordPiece"')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_claude.json'), '"NFKC"', '"Lowercase"')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_precompiled.json'), '"precompiled_charsmap":"', '"precompiled_charsmap":"AAAA')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small_precompiled.json'), '"WhitespaceSplit"', '"Whitespace"')));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT substr(readfile('tests/tokens/fixtures/small_gpt2.json'), 1, 3000)));
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small.tiktoken'), 'Iw== 35', 'Iw== 36')), 'llama3');
CREATE VIRTUAL TABLE bad USING tok_vocabulary((SELECT replace(readfile('tests/tokens/fixtures/small.tiktoken'), 'Iw== 35', 'Ig== 35')), 'llama3');
SELECT name FROM sqlite_schema WHERE name LIKE 'bad%' OR name = 'kept';
COMMIT;

-- damage is told, not counted with: here as another connection would see it, which looks at a stamp
-- it does not know
SELECT tok_count('llama3_s', 'the quick');
CREATE TABLE packed AS SELECT value FROM llama3_s_about WHERE key = 'packed';
UPDATE llama3_s_about SET value = CAST(substr(value, 1, 5000) || x'A5' || substr(value, 5002) AS BLOB) WHERE key = 'packed';
UPDATE llama3_s_about SET value = 'another' WHERE key = 'stamp';
SELECT tok_count('llama3_s', 'the quick');
UPDATE llama3_s_about SET value = (SELECT CAST(substr(value, 1, length(value) - 1) AS BLOB) FROM packed) WHERE key = 'packed';
SELECT tok_count('llama3_s', 'the quick');
-- a fact that stands beside the packed form is part of its checksum
UPDATE llama3_s_about SET value = (SELECT value FROM packed) WHERE key = 'packed';
UPDATE llama3_s_about SET value = 1 WHERE key = 'normal';
SELECT tok_count('llama3_s', 'the quick');
UPDATE llama3_s_about SET value = 0 WHERE key = 'normal';
SELECT tok_count('llama3_s', 'the quick');
-- without a packed form, or with that of another version, the rows are read
UPDATE llama3_s_about SET value = 'a third' WHERE key = 'stamp';
UPDATE llama3_s_about SET value = 'tokpack9' WHERE key = 'packed';
SELECT tok_count('llama3_s', 'the quick');
DELETE FROM llama3_s_about WHERE key = 'packed';
UPDATE llama3_s_about SET value = 'a fourth' WHERE key = 'stamp';
SELECT tok_count('llama3_s', 'the quick');
UPDATE llama3_s_token SET token = 'x' WHERE id = 300;
UPDATE llama3_s_about SET value = 'a fifth' WHERE key = 'stamp';
SELECT tok_count('llama3_s', 'the quick');
SELECT count(*) FROM tok_tokens('llama3_s', 'the quick');
SELECT count(*) FROM tok_encodings;
DROP TABLE llama3_s;
DELETE FROM tekken_s_token WHERE id = 75;
DELETE FROM tekken_s_about WHERE key = 'packed';
UPDATE tekken_s_about SET value = 'another' WHERE key = 'stamp';
SELECT tok_encode('tekken_s', 'the quick');
UPDATE tekken_s_about SET value = 'x' WHERE key = 'family';
SELECT tok_encode('tekken_s', 'the quick');
UPDATE tekken_s_token SET id = -5 WHERE id = 77;
SELECT tok_count('tekken_s', 'the quick');
DROP TABLE tekken_s;

-- attached and temporary databases
ATTACH ':memory:' AS other;
CREATE VIRTUAL TABLE other.elsewhere USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
CREATE VIRTUAL TABLE temp.passing USING tok_vocabulary('tests/tokens/fixtures/small_gpt2.json');
SELECT tok_count('elsewhere', 'the quick'), tok_count('passing', 'the quick');
DETACH other;
SELECT tok_encoding('elsewhere'), tok_encoding('passing');

-- a merge that is listed twice has the place of its last entry; ids by Hugging Face's tokenizers
CREATE VIRTUAL TABLE twice_s USING tok_vocabulary((SELECT json_insert(f, '$.model.merges[#]', json_extract(f, '$.model.merges[70]'))
  FROM (SELECT CAST(readfile('tests/tokens/fixtures/small_gpt2.json') AS TEXT) AS f)));
SELECT w, tok_encode('gpt2_s', w), ids, tok_encode('twice_s', w) = ids FROM (SELECT 'wrote, wrong' AS w, '[86,81,343,68,11,281,81,284,70]' AS ids);
.print -- a limit below what one character counts: an error, where chunks of nothing would follow without end
CREATE VIRTUAL TABLE few_s USING tok_vocabulary('tests/tokens/fixtures/small_unknown.model');
SELECT chunk, text, tokens FROM tok_chunks('few_s', 'ab$c', 2) LIMIT 9;
SELECT count(*) FROM (SELECT 1 FROM tok_chunks('few_s', 'ab$c', 1) LIMIT 9);
SELECT count(*) FROM (SELECT 1 FROM tok_chunks('few_s', '㍞', 1) LIMIT 9);
