-- What a forecast must know about the ledger: its ends, its window and its zone. The subqueries use
-- the index on time.
SELECT (SELECT min(unix_time) FROM main.llm_usage), (SELECT max(unix_time) FROM main.llm_usage),
  (SELECT value FROM main.llm_setting WHERE name = 'forecast_window_days'),
  (SELECT value FROM main.llm_setting WHERE name = 'zone');
