-- {cost_pair:n}: n nano-dollars and the same in dollars, computed once (OFFSET).
SELECT nano, nano / 1e9 FROM (SELECT {x} AS nano LIMIT 1 OFFSET 0)
