-- {day:t}: the start of the UTC day of Unix seconds (see hour.sql).
(({x} + 62167219200) / 86400 * 86400 - 62167219200)
