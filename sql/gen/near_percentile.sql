-- {near_percentile:0.5}: may a value that counts n times, up to `upto` of total, be one of the two
-- around the percentile?
(upto > CAST({x} * (total - 1) AS INTEGER) AND upto - n <= CAST({x} * (total - 1) AS INTEGER) + 1)
