-- {ms_bin:t}: the bin of a response time: itself below 128 ms, then 64 bins an octave, so that the
-- middle of a bin is at most 1/128 = 0.8 % away from any time in it. Times above 2^31 ms, 25 days,
-- share the last bin.
CASE WHEN {x} < 128 THEN {x} WHEN {x} < 256 THEN 64 + ({x} >> 1) WHEN {x} < 512 THEN 128 + ({x} >> 2)
WHEN {x} < 1024 THEN 192 + ({x} >> 3) WHEN {x} < 2048 THEN 256 + ({x} >> 4) WHEN {x} < 4096 THEN 320 + ({x} >> 5)
WHEN {x} < 8192 THEN 384 + ({x} >> 6) WHEN {x} < 16384 THEN 448 + ({x} >> 7) WHEN {x} < 32768 THEN 512 + ({x} >> 8)
WHEN {x} < 65536 THEN 576 + ({x} >> 9) WHEN {x} < 131072 THEN 640 + ({x} >> 10)
WHEN {x} < 262144 THEN 704 + ({x} >> 11) WHEN {x} < 524288 THEN 768 + ({x} >> 12)
WHEN {x} < 1048576 THEN 832 + ({x} >> 13) WHEN {x} < 2097152 THEN 896 + ({x} >> 14)
WHEN {x} < 4194304 THEN 960 + ({x} >> 15) WHEN {x} < 8388608 THEN 1024 + ({x} >> 16)
WHEN {x} < 16777216 THEN 1088 + ({x} >> 17) WHEN {x} < 33554432 THEN 1152 + ({x} >> 18)
WHEN {x} < 67108864 THEN 1216 + ({x} >> 19) WHEN {x} < 134217728 THEN 1280 + ({x} >> 20)
WHEN {x} < 268435456 THEN 1344 + ({x} >> 21) WHEN {x} < 536870912 THEN 1408 + ({x} >> 22)
WHEN {x} < 1073741824 THEN 1472 + ({x} >> 23) WHEN {x} < 2147483648 THEN 1536 + ({x} >> 24) ELSE 1664 END
