-- Counting, encoding and decoding: SPEC 1.
.nullvalue NULL
SELECT '01', tok_count('gpt-4o', 'Hello world'), tok_count('gpt-4', 'Hello world'), tok_count('gpt2', 'Hello world');
SELECT '02', tok_count('o200k_base', ''), tok_count('cl100k_base', x'');
SELECT '03', tok_count(NULL, 'a'), tok_count('gpt-4o', NULL), tok_count(NULL, NULL);
SELECT '04', tok_count('claude-sonnet-4', 'a'), tok_count('no such model', 'a'), tok_count('', 'a'), tok_count(x'', 'a');
SELECT '05', tok_count('GPT-4O', 'a b c'), tok_count('openai/gpt-4o-2024-08-06', 'a b c'), tok_count('azure/gpt-4o', 'a b c'), tok_count('ft:gpt-4o-mini:org::id', 'a b c');
-- BLOBs are bytes, numbers their text, NULs data; names of special tokens are ordinary text.
SELECT '06', tok_count('gpt-4o', x'48656c6c6f20776f726c64'), tok_count('gpt-4o', 12345), tok_count('gpt-4o', '12345'), tok_count('gpt-4o', 1.5), tok_count('gpt-4o', '1.5');
SELECT '07', tok_count('gpt-4o', 'a' || char(0) || 'b'), tok_count('gpt-4o', x'ff'), tok_count('gpt-4o', x'c3'), tok_count('gpt-4o', '<|endoftext|>');
SELECT '08', tok_encode('gpt-4o', 'Hello world'), tok_encode('gpt-4o', ''), tok_encode('gpt-4o', 'a' || char(0) || 'b');
SELECT '09', tok_encode('gpt-4o', 'a<|endoftext|>b', 'none'), tok_encode('gpt-4o', 'a<|endoftext|>b', 'all'), tok_encode('gpt-4o', 'a<|endoftext|>b', 'ALL');
SELECT '10', tok_encode(NULL, 'a'), tok_encode('gpt-4o', NULL), tok_encode('gpt-4o', 'a', NULL);
SELECT '11', tok_encode('claude-sonnet-4', 'a');
SELECT '12', tok_encode('gpt-4o', 'a', 'some');
SELECT '13', tok_encode('gpt-4o');
-- A column of models is looked up row by row.
SELECT '14', group_concat(tok_count(m.column1, '1234567 and more'), ' ')
  FROM (VALUES ('gpt-4o'), ('gpt-4'), ('gpt2'), ('gpt-4o'), ('claude-3-opus'), ('GPT-4'), (NULL)) AS m;
SELECT '15', tok_decode('gpt-4o', '[13225,2375]'), tok_decode('gpt-4o', ' [ 13225 , 2375 ] '), tok_decode('gpt-4o', '[]'), typeof(tok_decode('gpt-4o', '[]'));
SELECT '16', typeof(tok_decode('gpt-4o', '[28823]')), hex(tok_decode('gpt-4o', '[28823]')), tok_decode('gpt-4o', '[199999]');
SELECT '17', tok_decode(NULL, '[1]'), tok_decode('gpt-4o', NULL);
SELECT '18', tok_decode('gpt-4o', '[13225');
SELECT '19', tok_decode('gpt-4o', '13225');
SELECT '20', tok_decode('gpt-4o', '[13225,]');
SELECT '21', tok_decode('gpt-4o', '[13225] x');
SELECT '22', tok_decode('gpt-4o', '[1.5]');
SELECT '23', tok_decode('gpt-4o', '["13225"]');
SELECT '24', tok_decode('gpt-4o', '[01]');
SELECT '25', tok_decode('gpt-4o', '');
SELECT '26', tok_decode('gpt-4o', '[-1]');
SELECT '27', tok_decode('gpt-4o', '[13225,200019]');
SELECT '28', tok_decode('gpt-4o', '[99999999999999999999999999]');
SELECT '29', tok_decode('p50k_base', '[50281]');
SELECT '30', tok_decode('claude-sonnet-4', '[1]');
-- decode(encode(x)) = x, also for bytes that are no text.
SELECT '31', count(*), sum(tok_decode(m.column1, tok_encode(m.column1, t.x)) = t.x), sum(json_array_length(tok_encode(m.column1, t.x)) = tok_count(m.column1, t.x))
  FROM (VALUES ('r50k_base'), ('p50k_base'), ('p50k_edit'), ('cl100k_base'), ('o200k_base'), ('o200k_harmony')) AS m,
       (SELECT 'Zürich, 東京! 👩‍👩‍👧 don''t ' || char(10, 13, 9, 0, 32, 32) || '123456 <|endoftext|>' AS x
        UNION ALL SELECT 'It''LL ' || replace(hex(zeroblob(500)), '00', 'a')) AS t;
WITH RECURSIVE b(i, x) AS (SELECT 0, x'80ff00c3' UNION ALL SELECT i + 1, randomblob(200) FROM b WHERE i < 50)
SELECT '32', count(*), sum(CAST(tok_decode('gpt-4o', tok_encode('gpt-4o', x)) AS BLOB) = x) FROM b;
-- Counting needs no permission to write and may stand in an index, a view and a generated column.
CREATE TABLE t(x TEXT, n INTEGER GENERATED ALWAYS AS (tok_count('gpt-4o', x)) STORED);
CREATE INDEX t_n ON t(tok_count('cl100k_base', x));
INSERT INTO t(x) VALUES ('one'), ('one two'), (NULL);
SELECT '35', x, n FROM t WHERE tok_count('cl100k_base', x) >= 1 ORDER BY n DESC;
EXPLAIN QUERY PLAN SELECT x FROM t WHERE tok_count('cl100k_base', x) >= 1;
