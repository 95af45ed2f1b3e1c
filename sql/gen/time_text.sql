-- {time_text:k}: Unix seconds as 2026-01-31T23:59:59Z, where t is the text of their day with its T.
t || time({x}, 'unixepoch') || 'Z'
