-- {bulk_start:}: the last row before tok_bulk_begin(); NULL if there was none.
(SELECT CAST(substr(value, 6) AS INTEGER) FROM main.llm_meta WHERE key = 'definitions' AND value GLOB 'bulk *')
