-- tok_truncate, tok_chunks, tok_tokens: SPEC 1.
.nullvalue NULL
SELECT '01', tok_truncate('gpt-4o', 'Hello wonderful world', 2), tok_truncate('gpt-4o', 'Hello', 5), quote(tok_truncate('gpt-4o', 'Hello', 0));
SELECT '02', quote(tok_truncate('gpt-4o', x'48656c6c6f20776f726c64', 1)), typeof(tok_truncate('gpt-4o', x'', 1)), typeof(tok_truncate('gpt-4o', '', 1)), quote(tok_truncate('gpt-4o', 12345, 1));
SELECT '03', tok_truncate(NULL, 'a', 1), tok_truncate('gpt-4o', NULL, 1), tok_truncate('gpt-4o', 'a', NULL), tok_truncate('claude-3-opus', 'a', 1);
SELECT '04', tok_truncate('gpt-4o', 'Hello', -1);
SELECT '05', tok_truncate('gpt-4o', 'Hello', 1.5);
SELECT '06', tok_truncate('gpt-4o', 'Hello', 'many');
SELECT '07', hex(tok_truncate('gpt-4o', 'a' || char(0) || 'b', 2)), tok_truncate('gpt-4o', 'Hello there', '1'), tok_truncate('gpt-4o', 'Hello there', 1e0);
-- A family of three is 9 tokens: never divided while it fits, divided between characters where it
-- must be.
SELECT '08', n.column1, tok_count('gpt-4o', 'hi 👨‍👩‍👧'), quote(tok_truncate('gpt-4o', 'hi 👨‍👩‍👧', n.column1))
  FROM (VALUES (1), (2), (5), (9), (10), (11), (100)) AS n;
SELECT '09', hex(tok_truncate('gpt-4o', '👨‍👩‍👧', 3)), tok_count('gpt-4o', tok_truncate('gpt-4o', '👨‍👩‍👧', 3));
-- Never more than asked for, always a prefix, for every limit.
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 60),
     t(x) AS (SELECT 'It''s 12345 ÷ 7, or so; "naïve" cafe' || char(0x301) || ' 東京タワー क्षत्रिय   ' || char(10, 10) || '👍🏽🇩🇪🇫🇷 END'),
     r AS (SELECT i, x, tok_truncate('gpt-4', x, i) AS p FROM n, t)
SELECT '10', count(*), sum(tok_count('gpt-4', p) <= i), sum(substr(x, 1, length(p)) = p), sum(p = x) > 0 FROM r;

SELECT '20', * FROM tok_chunks('gpt-4', 'The quick brown fox jumps over the lazy dog', 4);
SELECT '21', * FROM tok_chunks('gpt-4', 'The quick brown fox jumps over the lazy dog', 4, 1);
SELECT '22', count(*) FROM tok_chunks('gpt-4', '', 4);
SELECT '23', (SELECT count(*) FROM tok_chunks(NULL, 'a', 4)), (SELECT count(*) FROM tok_chunks('gpt-4', NULL, 4)), (SELECT count(*) FROM tok_chunks('gpt-4', 'a', NULL)), (SELECT count(*) FROM tok_chunks('gpt-4', 'a', 4, NULL));
SELECT '24', * FROM tok_chunks('claude-3-opus', 'a', 4);
SELECT '25', * FROM tok_chunks('gpt-4', 'a', 0);
SELECT '26', * FROM tok_chunks('gpt-4', 'a', -3);
SELECT '27', * FROM tok_chunks('gpt-4', 'a', 'x');
SELECT '28', * FROM tok_chunks('gpt-4', 'a', 4, 4);
SELECT '29', * FROM tok_chunks('gpt-4', 'a', 4, -1);
SELECT '30', * FROM tok_chunks('gpt-4', 'a');
SELECT '31', * FROM tok_chunks;
SELECT '32', chunk, typeof(text), hex(text), tokens, start, "end" FROM tok_chunks('gpt-4', '🜁🜁', 3);
SELECT '33', chunk, typeof(text), hex(text), tokens FROM tok_chunks('gpt-4', x'6120ff62', 1);
SELECT '34', model, input, max_tokens, overlap FROM tok_chunks('gpt-4', 'abc', 4);
-- Every chunk fits, they cover the text, and no cluster is divided.
CREATE TABLE doc(id INTEGER PRIMARY KEY, body TEXT);
INSERT INTO doc(body)
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
  SELECT replace(hex(zeroblob(i * 7)), '00', 'Word ' || i || ' “naïve” cafe' || char(0x301) || ' 東京 👨‍👩‍👧 don''t' || char(10)) FROM n;
SELECT '35', count(*), sum(ok) FROM (
  SELECT d.id, max(c.tokens) <= 50 AND group_concat(c.text, '') = d.body AND max(c."end") = length(CAST(d.body AS BLOB)) AND sum(c.tokens = tok_count('gpt-4o', c.text)) = count(*) AS ok
  FROM doc d, tok_chunks('gpt-4o', d.body, 50) c GROUP BY d.id);
SELECT '36', count(*) > 100, max(c.tokens), sum(c.tokens = tok_count('cl100k_base', c.text)) = count(*) FROM doc d, tok_chunks('cl100k_base', d.body, 64, 16) c;
-- Lazily: a million chunks are there, one is read.
SELECT '37', chunk, tokens FROM tok_chunks('gpt-4o', replace(hex(zeroblob(500000)), '0', 'a b '), 2) LIMIT 1 OFFSET 3;

SELECT '50', * FROM tok_tokens('gpt-4o', 'Hello wörld');
SELECT '51', pos, id, hex(token), text, start, "end" FROM tok_tokens('gpt-4o', '👍' || char(0) || 'a');
SELECT '52', (SELECT count(*) FROM tok_tokens(NULL, 'a')), (SELECT count(*) FROM tok_tokens('gpt-4o', NULL)), (SELECT count(*) FROM tok_tokens('gpt-4o', '')), (SELECT count(*) FROM tok_tokens('gpt-4o', x''));
SELECT '53', * FROM tok_tokens('claude-3-opus', 'a');
SELECT '54', * FROM tok_tokens('gpt-4o');
SELECT '55', * FROM tok_tokens;
SELECT '56', group_concat(t.id) = trim(tok_encode('gpt-4o', d.body), '[]'), max("end") = length(CAST(d.body AS BLOB)), count(*) = tok_count('gpt-4o', d.body) FROM doc d, tok_tokens('gpt-4o', d.body) t WHERE d.id = 20;
-- Several scans at once, on one table-valued function and around scalar ones; models from a column.
SELECT '57', count(*), sum(a.id = b.id), sum(tok_count('gpt-4', b.text) > 0) FROM tok_tokens('gpt-4o', 'one two three') a, tok_tokens('gpt-4o', 'three two one') b;
SELECT '58', m.column1, group_concat(t.text, '|') FROM (VALUES ('gpt-4o'), ('gpt2'), ('gpt-4')) m, tok_tokens(m.column1, 'naïve 12345') t GROUP BY 2;
SELECT '59', d.id, (SELECT count(*) FROM tok_tokens('gpt-4o', d.body)) = tok_count('gpt-4o', d.body) FROM doc d WHERE id IN (1, 7, 20);
-- The arguments in WHERE, in any order; the function inside of the join when the other table gives
-- them.
SELECT '60', text FROM tok_tokens WHERE input = 'a b' AND model = 'gpt-4o';
SELECT '61', count(*) FROM tok_tokens('gpt-4o', doc.body) t JOIN doc WHERE doc.id = 1;
EXPLAIN QUERY PLAN SELECT * FROM doc, tok_chunks('gpt-4o', doc.body, 10);
EXPLAIN QUERY PLAN SELECT * FROM tok_tokens('gpt-4o', 'a b') ORDER BY pos;
.print -- a character shared out over three chunks and more: none of its parts is text
SELECT typeof(text), hex(text), tokens FROM tok_chunks('gpt-4o', char(0x9FFF) || 'a', 1);
SELECT group_concat(typeof(text)), group_concat(hex(text), '') FROM tok_chunks('r50k_base', 'b' || char(0x20000) || 'a', 1);
SELECT group_concat(typeof(text)), count(*) FROM tok_chunks('r50k_base', 'b' || char(0x20000) || 'a', 3, 2);
.print -- numbers as text are numbers, for tables as for functions; what is none is shown, not all of it
SELECT tok_truncate('gpt-4o', 'a b c', '2'), (SELECT count(*) FROM tok_chunks('gpt-4o', 'a b c', '2', '1')), (SELECT count(*) FROM tok_chunks('gpt-4o', 'a b c', 2.0));
SELECT * FROM tok_chunks('gpt-4o', 'a', 2.5);
SELECT * FROM tok_chunks('gpt-4o', 'a', 'two');
SELECT * FROM tok_chunks('gpt-4o', 'a', x'32');
SELECT * FROM tok_chunks('gpt-4o', 'a', printf('%.*c', 100, 'x'));
SELECT tok_encode(printf('%.*c', 100, 'x'), 'a');
SELECT tok_encode('gpt-4o', 'a', printf('%.*c', 100, 'x'));
SELECT tok_encode('gpt-4o', 'a', 'all' || char(0));
SELECT * FROM tok_tokens(printf('%.*c', 100, 'x'), 'a');
