-- tok_vocab and tok_encodings: SPEC 1. Look-ups by id or token are never scans.
.nullvalue NULL
SELECT '01', encoding, id, hex(token), text, bytes, special FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 13225;
SELECT '02', encoding, id FROM tok_vocab WHERE encoding = 'cl100k_base' AND token = 'Hello';
SELECT '03', encoding, id FROM tok_vocab WHERE encoding = 'cl100k_base' AND token = x'48656c6c6f';
SELECT '04', encoding, id, special FROM tok_vocab WHERE token = '<|endoftext|>';
SELECT '05', encoding, id, text FROM tok_vocab WHERE id = 50256;
SELECT '06', id, text, special FROM tok_vocab WHERE encoding = 'o200k_harmony' AND id IN (200018, 5, 199999, 201087, 201088, -1);
SELECT '07', id FROM tok_vocab WHERE encoding = 'o200k_harmony' AND token IN ('<|reserved_200018|>', '<|endofprompt|>', 'Hello', 'no such token', x'ff', 17, NULL);
SELECT '08', id, typeof(text), hex(token) FROM tok_vocab WHERE encoding = 'r50k_base' AND token = x'ff';
SELECT '09', encoding, id FROM tok_vocab WHERE encoding = 'GPT2' AND id = '42';
SELECT '10', count(*) FROM tok_vocab WHERE encoding = 'gpt-4o' OR encoding IS NULL;
SELECT '11', count(*) FROM tok_vocab WHERE encoding = 'o200k_base' AND (id = 1.5 OR id = 'x' OR id IS NULL);
SELECT '12', count(*) FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 1.5;
SELECT '13', id FROM tok_vocab WHERE encoding = 'o200k_base' AND token = 'Hello' AND id = 13225;
SELECT '14', id FROM tok_vocab WHERE encoding = 'o200k_base' AND token = 'Hello' AND id = 13226;
-- Whole vocabularies: every row once, in the order of ids.
SELECT '15', encoding, count(*), sum(special), max(bytes), max(id), count(DISTINCT rowid), sum(text IS NULL) FROM tok_vocab GROUP BY encoding ORDER BY max(id), encoding;
SELECT '16', e.name, e.n_vocab = max(v.id) + 1, e.n_special = sum(v.special) FROM tok_encodings e JOIN tok_vocab v ON v.encoding = e.name GROUP BY e.name;
SELECT '17', min(ok) FROM (SELECT id >= lag(id, 1, -1) OVER () AS ok FROM (SELECT id FROM tok_vocab WHERE encoding = 'o200k_harmony' ORDER BY id));
-- Every token is found by its bytes.
SELECT '18', count(*), sum(a.id = b.id) FROM (SELECT id, token FROM tok_vocab WHERE encoding = 'r50k_base') a JOIN tok_vocab b ON b.encoding = 'r50k_base' AND b.token = a.token;
SELECT '19', text COLLATE NOCASE, count(*) FROM tok_vocab WHERE encoding = 'r50k_base' AND text = 'hello' COLLATE NOCASE GROUP BY 2;
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab WHERE encoding = 'o200k_base' AND id = 13225;
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab WHERE encoding = 'o200k_base' AND token = 'Hello';
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab WHERE id = 13225;
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab WHERE token = 'Hello';
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab WHERE encoding = 'o200k_base' ORDER BY id;
EXPLAIN QUERY PLAN SELECT * FROM tok_tokens('gpt-4o', 'a b') t JOIN tok_vocab v ON v.encoding = 'cl100k_base' AND v.token = t.token;
EXPLAIN QUERY PLAN SELECT * FROM tok_vocab;
-- A thousand look-ups in a join.
SELECT '20', count(*), sum(v.text = 'Hello') FROM (WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i FROM n) AS n JOIN tok_vocab v ON v.encoding = 'o200k_base' AND v.id = n.i + 12500;
SELECT '30', name, n_vocab, n_special, substr(sha256, 1, 8), source, licence, embedded FROM tok_encodings;
SELECT '31', name, pattern FROM tok_encodings WHERE name = 'cl100k_base';
