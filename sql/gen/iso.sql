-- {iso:t}: Unix seconds as 2026-01-31T23:59:59Z; strftime takes half as long again.
replace(datetime({x}, 'unixepoch') || 'Z', ' ', 'T')
