-- {tail_time:}: the column unix_time, at a third of its cost for a timestamp with a '-', as almost all have.
CASE WHEN instr(timestamp, '-') THEN unixepoch(timestamp) ELSE unix_time END
