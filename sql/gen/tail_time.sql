-- {tail_time:u.}: the column unix_time, at a third of its cost where there is a '-', as mostly.
CASE WHEN instr({x}timestamp, '-') THEN unixepoch({x}timestamp) ELSE {x}unix_time END
