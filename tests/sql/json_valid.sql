-- tok_json_valid(x): 1, 0 or NULL, as json_valid() says it of all that is not nested too deeply
-- (of NULL, SQLite before 3.45 says 0).
CREATE TABLE t(i INTEGER PRIMARY KEY, x);
INSERT INTO t(x) VALUES ('{}'), ('[]'), (' {"a" : [1, -0.5e+3, true, false, null, "b\u00e9\n"]} '), ('"a"'), ('0'), (12), (1.5),
  (NULL), (''), (x''), (' '), ('{'), ('{"a":1'), ('{"a":1}}'), ('{"a":1,}'), ('{a:1}'), ('{''a'':1}'), ('[1 2]'), ('01'), ('1.'),
  ('-'), ('+1'), ('.5'), ('1e'), ('"\x"'), ('"\u12g4"'), ('"a' || char(10) || '"'), ('nul'), ('NaN'), ('truer'), ('{} {}'),
  (CAST('{"a":1}' AS BLOB)), ('{"é":"漢"}');
SELECT i, tok_json_valid(x), substr(CAST(x AS TEXT), 1, 30) FROM t;
SELECT count(*) FROM t WHERE typeof(x) <> 'blob' AND x IS NOT NULL AND tok_json_valid(x) IS NOT json_valid(x);
-- 64 levels at most, as everywhere in tok.
SELECT tok_json_valid(replace(hex(zeroblob(32)), '0', '[') || replace(hex(zeroblob(32)), '0', ']')),
  tok_json_valid('[' || replace(hex(zeroblob(32)), '0', '[') || replace(hex(zeroblob(32)), '0', ']') || ']');
SELECT tok_json_valid();
