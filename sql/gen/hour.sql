-- {hour:t}: the start of the UTC hour of Unix seconds; the constant is the year 0, so that times
-- before 1970 are divided as positive numbers.
(({x} + 62167219200) / 3600 * 3600 - 62167219200)
