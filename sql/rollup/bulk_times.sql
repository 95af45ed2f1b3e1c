-- tok_bulk_end(): timestamps of the rows after ?1 as the triggers of INSERT would have left them.
UPDATE main.llm_usage
SET timestamp = coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', unix_time, 'unixepoch'), '')
WHERE id > ?1 AND instr(timestamp, '-') = 0 AND timestamp NOT GLOB '*[^0-9]*';
UPDATE main.llm_usage SET timestamp = {milliseconds:timestamp}
WHERE id > ?1 AND {rounded_up:timestamp};
