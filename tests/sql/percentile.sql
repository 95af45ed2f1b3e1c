-- P1: interpolated between the neighbours of rank p * (n - 1).
WITH t(x) AS (VALUES (15), (20), (35), (40), (50))
SELECT tok_percentile(x, 0.4), tok_percentile(x, 0), tok_percentile(x, 1), tok_p50(x), tok_p95(x), tok_p99(x) FROM t;
SELECT tok_percentile(value, 0.25), typeof(tok_p50(value)) FROM json_each('[1,2,3,4]');
-- P2: NULLs are left out.
SELECT tok_p50(x) FROM (VALUES (1)) CROSS JOIN (SELECT NULL AS x);
SELECT tok_p50(value) FROM json_each('[3,null,1,null]');
SELECT tok_p50(value) IS NULL FROM json_each('[]');
SELECT tok_percentile(value, NULL) IS NULL FROM json_each('[1,2]');
-- P3: numbers, and text that is one.
SELECT tok_p50(value) FROM json_each('["10","30"]');
SELECT tok_p50(value) FROM json_each('[1,"fast"]');
SELECT tok_p50(x'00');
SELECT tok_p50(9e999);
SELECT tok_percentile(-9e999, 0.5);
-- P4: p.
SELECT tok_percentile(1, 1.5);
SELECT tok_percentile(1, -0.1);
SELECT tok_percentile(1, 'half');
SELECT tok_percentile(value, value / 10.0) FROM json_each('[1,2]');
SELECT tok_percentile(1);
-- P5: windows, against the aggregate over the same rows.
CREATE TABLE t(i INTEGER PRIMARY KEY, g, x);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
INSERT INTO t SELECT i, i % 7, CASE WHEN i % 11 THEN (i * 7919) % 1009 / 4.0 END FROM n;
SELECT count(*), sum(w IS (SELECT tok_p95(x) FROM t AS u WHERE u.i BETWEEN v.i - 50 AND v.i)) FROM (
  SELECT i, tok_p95(x) OVER (ORDER BY i ROWS 50 PRECEDING) AS w FROM t) AS v WHERE i % 100 < 10;
SELECT count(*), sum(w IS (SELECT tok_percentile(x, 0.3) FROM t AS u WHERE u.g = v.g AND u.i <= v.i)) FROM (
  SELECT i, g, tok_percentile(x, 0.3) OVER (PARTITION BY g ORDER BY i) AS w FROM t) AS v WHERE i % 100 < 10;
SELECT count(*), sum(w IS (SELECT tok_p50(x) FROM t AS u WHERE u.i BETWEEN v.i - 20 AND v.i + 20 AND u.i <> v.i)) FROM (
  SELECT i, tok_p50(x) OVER (ORDER BY i ROWS BETWEEN 20 PRECEDING AND 20 FOLLOWING EXCLUDE CURRENT ROW) AS w
  FROM t) AS v WHERE i % 100 < 10;
SELECT DISTINCT tok_p50(x) OVER () = (SELECT tok_p50(x) FROM t) FROM t;
SELECT g, tok_p50(x) FROM t GROUP BY g ORDER BY g LIMIT 3;
SELECT tok_p50(x) FILTER (WHERE x > 100) OVER (ORDER BY i ROWS 2 PRECEDING) FROM t LIMIT 3 OFFSET 40;

-- an error names the function that was called
SELECT tok_p50('x');
SELECT tok_p95('x');
SELECT tok_p99('x');
