-- {times_of_rows:}: the text of the response times of a group of rows of the ledger.
coalesce(group_concat(CASE WHEN response_time_ms IS NOT NULL THEN ' ' || {ms_bin:response_time_ms} || ':1' END, ''), '')
