-- {ms_middle:bin}: the middle of a bin of response times (see ms_bin.sql).
CASE WHEN {x} < 128 THEN {x} * 1.0
ELSE ((64 + {x} % 64) << ({x} / 64 - 1)) + ((1 << ({x} / 64 - 1)) - 1) / 2.0 END
