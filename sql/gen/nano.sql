-- {nano:x}: REAL dollars to INTEGER nano-dollars, the nearest to the exact value of the double,
-- ties to even. x * 1e9 in floating point would round twice. So x is split in two halves of 26 bits
-- (Veltkamp's splitting, 134217729 = 2^27 + 1); each half times 1e9 is exact, 1e9 having only 21
-- significant bits; both products are rounded on their own, and what is left of them decides
-- whether the sum is one too high or too low. NULL gives NULL; |x| up to 9.2e9.
(SELECT n + CASE
    WHEN fh - 0.5 > -fl THEN 1
    WHEN fh + 0.5 < -fl THEN -1
    WHEN fh - 0.5 = -fl AND n % 2 <> 0 THEN 1
    WHEN fh + 0.5 = -fl AND n % 2 <> 0 THEN -1
    ELSE 0 END
  FROM (SELECT CAST(round(h) AS INTEGER) + CAST(round(l) AS INTEGER) AS n,
               h - round(h) AS fh, l - round(l) AS fl
    FROM (SELECT s * 1e9 AS h, (x - s) * 1e9 AS l
      FROM (SELECT x, c - (c - x) AS s
        FROM (SELECT x, x * 134217729.0 AS c FROM (SELECT {x} AS x))))))
