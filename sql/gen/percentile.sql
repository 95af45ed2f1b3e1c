-- {percentile:0.5}: the percentile of values v whose running count is upto, of total
-- (percentile_cont), in the order of operations of ext/ledger/percentile.c, so that both give the
-- same REAL.
CASE WHEN min(v) FILTER (WHERE upto > CAST({x} * (total - 1) AS INTEGER))
  = min(v) FILTER (WHERE upto > min(CAST({x} * (total - 1) AS INTEGER) + 1, total - 1))
THEN min(v) FILTER (WHERE upto > CAST({x} * (total - 1) AS INTEGER))
ELSE min(v) FILTER (WHERE upto > CAST({x} * (total - 1) AS INTEGER))
    * (1 - ({x} * (max(total) - 1) - CAST({x} * (max(total) - 1) AS INTEGER)))
  + min(v) FILTER (WHERE upto > min(CAST({x} * (total - 1) AS INTEGER) + 1, total - 1))
    * ({x} * (max(total) - 1) - CAST({x} * (max(total) - 1) AS INTEGER)) END
