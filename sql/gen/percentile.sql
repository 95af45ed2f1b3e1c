-- {percentile:0.5}: the percentile of values v whose running count is upto, of total (percentile_cont).
min(v) FILTER (WHERE upto > CAST({x} * (total - 1) AS INTEGER))
+ (min(v) FILTER (WHERE upto > min(CAST({x} * (total - 1) AS INTEGER) + 1, total - 1))
   - min(v) FILTER (WHERE upto > CAST({x} * (total - 1) AS INTEGER)))
* ({x} * (max(total) - 1) - CAST({x} * (max(total) - 1) AS INTEGER))
